// The terminal while a full-screen view runs: alternate screen, keys unechoed, and everything as it
// was before when the object goes, also after Ctrl-C, SIGTERM and SIGHUP: these become values here.
#pragma once

#include <sys/signalfd.h>
#include <termios.h>

#include <csignal>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "daemon/cli/monitor_frame.hpp"

namespace flywall::cli {

class Screen {
 public:
  // Errors: unavailable (standard input or output is no terminal).
  static Result<Screen> open();
  Screen(Screen&& other) noexcept;
  Screen& operator=(Screen&&) = delete;
  ~Screen();

  ScreenSize size() const;
  // The lines from the top left; what was there before goes.
  void show(const std::vector<std::string>& lines) const;

  // What ended a wait: nothing did, the size changed, the person wants to leave, or a signal told
  // the program to end.
  enum class Event { time, resized, leave, terminated };
  Event wait(Duration duration) const;

 private:
  Screen(const termios& before, const sigset_t& mask, Descriptor signals);
  Event read_signal() const;

  termios before_;
  sigset_t mask_;
  Descriptor signals_;
};

}  // namespace flywall::cli
