#include "terminal_guard.h"

#include <unistd.h>

#include <ostream>
#include <streambuf>

#include "base/terminal_text.h"

namespace logsvc {

class TerminalGuard::Buffer : public std::streambuf {
 public:
  explicit Buffer(std::streambuf* below) : below_(below) {}
  std::streambuf* below() const { return below_; }

 protected:
  int_type overflow(int_type c) override {
    if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
    const char one = traits_type::to_char_type(c);
    return xsputn(&one, 1) == 1 ? c : traits_type::eof();
  }
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    shown_.clear();
    filter_.append({text, static_cast<size_t>(size)}, shown_);
    return pass_on() ? size : 0;
  }
  int sync() override {
    shown_.clear();
    filter_.finish(shown_);
    return pass_on() ? below_->pubsync() : -1;
  }

 private:
  bool pass_on() {
    const auto size = static_cast<std::streamsize>(shown_.size());
    return below_->sputn(shown_.data(), size) == size;
  }

  std::streambuf* const below_;
  TerminalText filter_;
  std::string shown_;
};

TerminalGuard::TerminalGuard(std::ostream& stream, int descriptor) : stream_(stream) {
  if (::isatty(descriptor) != 1) return;
  buffer_ = std::make_unique<Buffer>(stream.rdbuf());
  stream.rdbuf(buffer_.get());
}

TerminalGuard::~TerminalGuard() {
  if (!buffer_) return;
  stream_.flush();
  stream_.rdbuf(buffer_->below());
}

}  // namespace logsvc
