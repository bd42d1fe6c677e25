// What the API says about configurations: the one in force, what is wrong with another one, and
// what a reload changes. Secrets are masked in all of it. Pure.
#pragma once

#include <span>
#include <string>

#include "daemon/config/difference.hpp"
#include "daemon/config/read.hpp"
#include "daemon/control/request.hpp"
#include "daemon/processes/messages.hpp"

namespace flywall::control {

// Every setting with its value and who gave it, as a list and as HCL.
Answer effective_answer(const std::string& file, const config::Config& config,
                        const config::Origins& origins);

inline constexpr unsigned kUnusable = 422;
// 422: what is wrong, as a list and as text with source lines and carets.
Answer unusable_answer(const config::Outcome& outcome);

// What was changed, what needs a restart and why. Precondition: the reload was accepted.
Answer reloaded_answer(std::span<const config::Change> changes, const config::Outcome& outcome,
                       const processes::message::CommandAnswer& answer);

}  // namespace flywall::control
