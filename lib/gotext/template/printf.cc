// Implements Go's fmt.Sprintf for the values of templates.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "base/utf8.h"
#include "gotext/template/functions.h"
#include "gotext/template/printf_verbs.h"

namespace logsvc::tmpl {
namespace {

constexpr int kMaxWidth = 1'000'000;

class Printer {
 public:
  Printer(std::string_view format, std::span<const Value> arguments)
      : rest_(format), arguments_(arguments) {}

  std::string run() {
    while (!rest_.empty() && out_.size() <= kMaxOutputBytes) {
      const size_t percent = rest_.find('%');
      out_ += rest_.substr(0, percent);
      if (percent == std::string_view::npos) break;
      rest_.remove_prefix(percent + 1);
      one();
    }
    if (!reordered_ && next_ < arguments_.size()) extra();
    return std::move(out_);
  }

 private:
  bool accept(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  int digits() {
    int v = -1;
    while (!rest_.empty() && std::isdigit(static_cast<unsigned char>(rest_[0]))) {
      // A number this long takes the rest of the format with it.
      if (v > kMaxWidth) {
        rest_ = {};
        return -1;
      }
      v = (v < 0 ? 0 : v) * 10 + (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    return v;
  }
  // Reads [n], which chooses the next argument. Returns false if there is none here; `good` becomes
  // false if no argument has that number.
  bool argument_index(bool& good) {
    if (rest_.empty() || rest_[0] != '[') return false;
    reordered_ = true;
    const size_t close = rest_.find(']');
    const std::string_view inside =
        rest_.substr(1, close == std::string_view::npos ? 0 : close - 1);
    size_t number = 0;
    const char* end = inside.data() + inside.size();
    const auto [stop, failure] = std::from_chars(inside.data(), end, number);
    const bool well_formed = failure == std::errc() && stop == end;
    rest_.remove_prefix(close == std::string_view::npos ? 1 : close + 1);
    if (!well_formed || number < 1 || number > arguments_.size()) {
      good = false;
    } else {
      next_ = number - 1;
    }
    return well_formed;
  }
  // Takes the number for a * from the arguments.
  bool star(int least, int& out, std::string_view bad) {
    if (!accept('*')) return false;
    const auto* i = next_ < arguments_.size() ? arguments_[next_].as<Integer>() : nullptr;
    ++next_;
    if (!i || i->number > kMaxWidth || i->number < least) {
      out_ += bad;
      out = -1;
    } else {
      out = static_cast<int>(i->number);
    }
    return true;
  }

  void flags(PrintfSpec& spec) {
    for (; !rest_.empty(); rest_.remove_prefix(1)) {
      switch (rest_[0]) {
        case '+':
          spec.plus = true;
          break;
        case '-':
          spec.minus = true;
          break;
        case '#':
          spec.sharp = true;
          break;
        case ' ':
          spec.space = true;
          break;
        case '0':
          spec.zero = true;
          break;
        default:
          return;
      }
    }
  }

  // Reads width, precision and which argument is next; false if an index has no argument, or a
  // number or a point stands right behind it.
  bool sizes(PrintfSpec& spec) {
    bool good = true;
    bool indexed = argument_index(good);
    if (star(-kMaxWidth, spec.width, "%!(BADWIDTH)")) {
      indexed = false;
      if (spec.width < 0 && spec.width != -1) {
        spec.minus = true;
        spec.width = -spec.width;
      }
    } else {
      spec.width = digits();
      good &= !(indexed && spec.width >= 0);
    }
    if (accept('.')) {
      good &= !indexed;
      indexed = argument_index(good);
      if (star(0, spec.precision, "%!(BADPREC)")) {
        indexed = false;
      } else {
        spec.precision = std::max(0, digits());
      }
    }
    if (!indexed) argument_index(good);
    return good;
  }

  void one() {
    PrintfSpec spec;
    flags(spec);
    const bool good_index = sizes(spec);
    if (rest_.empty()) {
      out_ += "%!(NOVERB)";
      return;
    }
    const size_t length = std::max<size_t>(1, utf8_length(rest_));
    const std::string verb(rest_.substr(0, length));
    rest_.remove_prefix(length);
    if (verb == "v") {
      spec.go_syntax = std::exchange(spec.sharp, false);
      spec.plus = false;
    }
    if (verb == "%") {
      out_ += '%';
    } else if (!good_index) {
      out_ += "%!" + verb + "(BADINDEX)";
    } else if (next_ >= arguments_.size()) {
      out_ += "%!" + verb + "(MISSING)";
    } else {
      append_formatted(length == 1 ? verb[0] : '?', arguments_[next_++], spec, out_);
    }
  }

  void extra() {
    out_ += "%!(EXTRA ";
    for (size_t i = next_; i < arguments_.size(); ++i) {
      if (i > next_) out_ += ", ";
      const Value& v = arguments_[i];
      out_ += v.is_nil() ? "<nil>" : std::string(v.type_name()) + "=" + v.printed();
    }
    out_ += ')';
  }

  std::string_view rest_;
  std::span<const Value> arguments_;
  size_t next_ = 0;
  bool reordered_ = false;
  std::string out_;
};

}  // namespace

std::string go_printf(std::string_view format, std::span<const Value> arguments) {
  return Printer(format, arguments).run();
}

}  // namespace logsvc::tmpl
