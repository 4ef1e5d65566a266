// The part of `find` that is the same at every vendor with one list per account.
#pragma once

#include <functional>
#include <vector>

#include "berth/cloud_provider.hpp"

namespace berth::json_api {

/// One server by its vendor's id; `not_found` only where the cloud truly said 404.
using AskById = std::function<Result<CloudServer>(const Sought& sought)>;

/// Answers `request` from `listed`, the servers of this installation, read whole if `complete`.
/// Ids that we know and the list does not show are asked for one by one: lists are stale and tags
/// lag. Absent is an attempt only if the list is complete, shows neither its label nor its id, and
/// its id, where known, is a 404. Of more than 20 such ids, 20 are asked for, others each time: if
/// one of them is there, or cannot be looked up, the list is partial, and nothing is absent; if all
/// are 404s, the list is believed.
Found look(const FindRequest& request, Call& call, std::vector<CloudServer> listed, bool complete,
           const AskById& ask_by_id);

}  // namespace berth::json_api
