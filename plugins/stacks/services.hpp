// The services of a project as the templates of docker-compose.yml and setup.sh see them.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "part.hpp"
#include "render.hpp"

namespace berth::stacks {

/// `view`: what the services' own texts may name. A port called "application" is that of the page:
/// where the stack has a frontend, its backend has "api" in its place.
boost::json::array services_of(const std::vector<const Part*>& parts, const Stack& stack,
                               const View& view);

/// The name that a part's port has in the plan.
std::string port_name(const Part& part, const Stack& stack, const std::string& name);

/// Where a part's files lie in the project, and its services run: "" or "frontend/". Frontend and
/// backend each have a package.json, an app/ or a public/ of their own.
std::string folder_of(const Part& part, const Stack& stack);

/// The name of the variable in .env that holds a port of this machine: "APPLICATION_PORT".
std::string port_variable(const std::string& port);

/// The named volumes among those of the services ("database-data" of "database-data:/var/lib/…").
boost::json::array volumes_of(const std::vector<const Part*>& parts, const View& view);

}  // namespace berth::stacks
