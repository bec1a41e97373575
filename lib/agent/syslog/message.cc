#include "agent/syslog/message.h"

#include <array>
#include <cctype>
#include <cstdlib>

namespace logsvc::agent {
namespace {

constexpr size_t kMaxElements = 64;
constexpr size_t kMaxParameters = 256;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_printable(char c) { return c > ' ' && c < 0x7f; }

// Parses a message from its front.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<SyslogMessage> rfc5424() {
    RETURN_IF_ERROR(priority());
    RETURN_IF_ERROR(number("a version", 3));
    RETURN_IF_ERROR(blank());
    RETURN_IF_ERROR(time());
    for (auto* field : {&out_.hostname, &out_.app_name, &out_.proc_id, &out_.msg_id}) {
      RETURN_IF_ERROR(blank());
      RETURN_IF_ERROR(word(*field));
    }
    RETURN_IF_ERROR(blank());
    RETURN_IF_ERROR(structured_data());
    if (at_ == text_.size()) return std::move(out_);
    RETURN_IF_ERROR(blank());
    if (rest().starts_with(kByteOrderMark)) at_ += kByteOrderMark.size();
    if (!rest().empty()) out_.text = std::string(rest());
    return std::move(out_);
  }

  Result<SyslogMessage> rfc3164(Timestamp now) {
    RETURN_IF_ERROR(priority());
    if (!old_time(now) && !time().ok()) return fault("a time such as Oct 11 22:14:15");
    RETURN_IF_ERROR(blank());
    RETURN_IF_ERROR(word(out_.hostname));
    if (rest().starts_with(' ')) ++at_;
    tag();
    if (!rest().empty()) out_.text = std::string(rest());
    return std::move(out_);
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }
  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  Error fault(const std::string& expected) const {
    return invalid("expected " + expected + " at column " + std::to_string(at_ + 1));
  }

  Status number(const char* what, size_t most_digits) {
    const size_t begin = at_;
    while (is_digit(next()) && at_ - begin < most_digits) ++at_;
    return at_ > begin && text_[begin] != '0' ? Status() : fault(what);
  }
  Status priority() {
    if (next() != '<') return fault("a priority such as <34>");
    const size_t begin = ++at_;
    while (is_digit(next()) && at_ - begin < 3) ++at_;
    const int value = std::atoi(std::string(text_.substr(begin, at_ - begin)).c_str());
    if (at_ == begin || next() != '>' || value > 191) return fault("a priority of 0 to 191");
    ++at_;
    out_.facility = value / 8;
    out_.severity = value % 8;
    return {};
  }
  Status blank() {
    if (next() != ' ') return fault("a blank");
    ++at_;
    return {};
  }
  Status time() {
    const size_t end = std::min(rest().find(' '), rest().size());
    const std::string_view found = rest().substr(0, end);
    if (found != "-") {
      const auto parsed = parse_rfc3339(found);
      if (!parsed) return fault("a time of RFC 3339");
      out_.time = *parsed;
    }
    at_ += end;
    return {};
  }
  Status word(std::optional<std::string>& out) {
    const size_t begin = at_;
    while (is_printable(next())) ++at_;
    if (at_ == begin) return fault("a name or -");
    const std::string_view found = text_.substr(begin, at_ - begin);
    if (found != "-") out = std::string(found);
    return {};
  }

  // Parses - or [id name="value" …]…
  Status structured_data() {
    if (next() == '-') {
      ++at_;
      return {};
    }
    if (next() != '[') return fault("structured data or -");
    while (next() == '[') {
      ++at_;
      if (out_.structured_data.size() >= kMaxElements) return fault("fewer elements");
      RETURN_IF_ERROR(element(out_.structured_data.emplace_back()));
    }
    return {};
  }
  Status name(std::string& out) {
    const size_t begin = at_;
    while (is_printable(next()) && next() != '=' && next() != ']' && next() != '"') ++at_;
    out = std::string(text_.substr(begin, at_ - begin));
    return out.empty() ? Status(fault("a name")) : Status();
  }
  Status element(SyslogMessage::Element& out) {
    RETURN_IF_ERROR(name(out.id));
    while (next() == ' ') {
      ++at_;
      if (out.parameters.size() >= kMaxParameters) return fault("fewer parameters");
      auto& [key, value] = out.parameters.emplace_back();
      RETURN_IF_ERROR(name(key));
      if (!rest().starts_with("=\"")) return fault("=\"");
      at_ += 2;
      RETURN_IF_ERROR(quoted(value));
    }
    if (next() != ']') return fault("]");
    ++at_;
    return {};
  }
  // Parses what follows the opening quote; a backslash counts only before \\ " and ].
  Status quoted(std::string& out) {
    for (; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (c == '"') {
        ++at_;
        return {};
      }
      const char escaped = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
      if (c == '\\' && (escaped == '"' || escaped == '\\' || escaped == ']')) {
        c = escaped;
        ++at_;
      }
      out += c;
    }
    return fault("a closing quote");
  }

  // Parses Mmm dd hh:mm:ss.
  bool old_time(Timestamp now) {
    static constexpr std::array<std::string_view, 12> kMonths = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr size_t kLength = 15;
    const std::string_view text = rest().substr(0, kLength);
    size_t month = 0;
    while (month < kMonths.size() && !text.starts_with(kMonths[month])) ++month;
    if (text.size() < kLength || month == kMonths.size() || text[3] != ' ') return false;
    std::string day(text.substr(4, 2)), clock(text.substr(7, 8));
    if (day[0] == ' ') day[0] = '0';
    const std::string number = std::to_string(month + 1);
    const std::string behind =
        "-" + (month < 9 ? "0" + number : number) + "-" + day + "T" + clock + "Z";
    const int year = std::atoi(format_rfc3339(now).substr(0, 4).c_str());
    for (const int candidate : {year, year - 1, year + 1}) {
      const auto time = parse_rfc3339(std::to_string(candidate) + behind);
      if (!time) continue;
      if (!out_.time || std::abs(*time - now) < std::abs(*out_.time - now)) out_.time = *time;
    }
    if (!out_.time) return false;
    at_ += kLength;
    return true;
  }
  // Parses program[123]: — without it everything is the message.
  void tag() {
    const size_t begin = at_;
    size_t end = begin;
    while (end < text_.size() && is_printable(text_[end]) && text_[end] != ':' && text_[end] != '[')
      ++end;
    if (end == begin || end == text_.size()) return;
    size_t after = end;
    std::optional<std::string> proc_id;
    if (text_[end] == '[') {
      const size_t close = text_.find(']', end);
      if (close == std::string_view::npos) return;
      proc_id = std::string(text_.substr(end + 1, close - end - 1));
      after = close + 1;
    }
    if (after < text_.size() && text_[after] == ':') {
      ++after;
    } else if (!proc_id) {
      return;
    }
    out_.app_name = std::string(text_.substr(begin, end - begin));
    out_.proc_id = std::move(proc_id);
    at_ = after;
    if (next() == ' ') ++at_;
  }

  const std::string_view text_;
  size_t at_ = 0;
  SyslogMessage out_;
};

}  // namespace

Result<SyslogMessage> parse_syslog(std::string_view text, SyslogFormat format, Timestamp now) {
  Parser parser(text);
  return format == SyslogFormat::kRfc5424 ? parser.rfc5424() : parser.rfc3164(now);
}

const char* severity_name(int severity) {
  static const char* const kNames[] = {"emergency", "alert",  "critical",      "error",
                                       "warning",   "notice", "informational", "debug"};
  return kNames[severity & 7];
}

const char* facility_name(int facility) {
  static const char* const kNames[] = {
      "kern",   "user",   "mail",     "daemon", "auth",   "syslog",   "lpr",     "news",
      "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "security", "console", "solaris-cron",
      "local0", "local1", "local2",   "local3", "local4", "local5",   "local6",  "local7"};
  return facility >= 0 && facility < 24 ? kNames[facility] : "unknown";
}

}  // namespace logsvc::agent
