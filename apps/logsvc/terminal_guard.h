// Guards what the commands print of data on a terminal: one place for all of them.
#pragma once

#include <iosfwd>
#include <memory>

namespace logsvc {

// While it lives, what goes to `stream` passes TerminalText if the descriptor is a terminal;
// otherwise nothing changes. Borrows the stream.
class TerminalGuard {
 public:
  TerminalGuard(std::ostream& stream, int descriptor);
  ~TerminalGuard();
  TerminalGuard(const TerminalGuard&) = delete;
  TerminalGuard& operator=(const TerminalGuard&) = delete;

 private:
  class Buffer;
  std::ostream& stream_;
  std::unique_ptr<Buffer> buffer_;  // null if it is not a terminal
};

}  // namespace logsvc
