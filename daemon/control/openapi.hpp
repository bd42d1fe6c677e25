// The API described for programs (OpenAPI 3.0), made of the table of routes: what is served is what
// is described.
#pragma once

#include "daemon/control/request.hpp"

namespace flywall::control {

Answer openapi_answer();

}  // namespace flywall::control
