// The groups that AWS puts its instance types in, as a refusal or a quota names them. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/cloud_provider.hpp"

namespace berth::aws {

/// "m7g.large" -> "m7g".
std::string family_of(const std::string& type);

/// The vCPU quota that on-demand servers of a type are counted in, by region: "vcpu:standard" for
/// A, C, D, H, I, M, R, T and Z, else "vcpu:g", "vcpu:p", "vcpu:high-memory", ….
/// https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
std::string quota_bucket_of(const std::string& type);

/// "x86_64" or "arm64".
std::string_view arch_word(Arch arch);

/// All types of one architecture: an image fits one of them only.
std::string arch_group_of(Arch arch);

/// Everything above, for Offer::families.
std::vector<std::string> families_of(const std::string& type, Arch arch);

}  // namespace berth::aws
