#include "masking/finder.h"

#include <string>

#include "masking/scan.h"

namespace logsvc::masking {
namespace {

constexpr std::string_view kFullWidth = "\xEF\xBC";  // begins U+FF00 to U+FF3F

// Returns the ASCII character that a character of full width at `at` stands for, as far as numbers
// and addresses are made of it; NUL for others.
char narrowed(std::string_view text, size_t at) {
  if (at + 3 > text.size() || text.substr(at, 2) != kFullWidth) return '\0';
  const auto c = static_cast<char>(static_cast<unsigned char>(text[at + 2]) - 0x80 + 0x20);
  return is_digit(c) || c == '-' || c == '+' || c == '@' || c == '.' ? c : '\0';
}

// A line with ASCII instead of full width, and where each byte of it came from.
struct NarrowedLine {
  std::string text;
  std::vector<size_t> origin;

  explicit NarrowedLine(std::string_view line) {
    for (size_t at = 0; at < line.size();) {
      const char c = narrowed(line, at);
      origin.push_back(at);
      text += c ? c : line[at];
      at += c ? 3 : 1;
    }
    origin.push_back(line.size());
  }
};

bool groups_may_follow(char c) { return c == '-' || c == ' ' || c == '.' || c == ')' || c == '\\'; }

// Returns whether this group of less than ten digits begins nothing that a detector knows: it is
// alone, or a part of a time as every line has it.
bool of_no_interest(std::string_view text, size_t begin, size_t end) {
  if (end >= text.size() || !groups_may_follow(text[end])) return true;
  if (end - begin == 2)
    return !(text[begin] == '0' && text[begin + 1] == '2') && text[begin] != '8';
  const bool year = end - begin == 4 && (text[begin] == '2' || text[begin] == '1') &&
                    (text[begin + 1] == '0' || text[begin + 1] == '9');
  return year && end + 3 < text.size() && text[end] == '-' && text[end + 3] == '-';
}

}  // namespace

void Finder::add(Detector found_by, size_t begin, size_t end) {
  hits_.push_back({begin, end, rule(found_by), begin});
}

void Finder::add(Detector found_by, const std::optional<Span>& span) {
  if (span) add(found_by, span->begin, span->end);
}

void Finder::find() {
  const bool numbers = wants(Detector::kCard) || wants(Detector::kResident) ||
                       wants(Detector::kPhone) || wants(Detector::kAccount);
  const size_t before = hits_.size();
  scan(
      text_,
      [&](size_t at) {
        if (numbers && at >= numbers_done_) at_run(at);
      },
      [&](size_t at) { at_mark(at); });
  if (!full_width_) return;
  const NarrowedLine line(text_);
  hits_.resize(before);
  Finder(line.text, rules_, hits_).find();
  for (size_t i = before; i < hits_.size(); ++i) {
    Hit& hit = hits_[i];
    hit = {line.origin[hit.begin], line.origin[hit.end], hit.rule, line.origin[hit.begin]};
  }
}

// The run is where a number shows itself: its groups may begin before it.
void Finder::at_run(size_t at) {
  size_t begin = skip_escape(text_, at);
  while (begin > numbers_done_) {
    const size_t group = previous_group(text_, begin, numbers_done_);
    if (group == begin) break;
    begin = skip_escape(text_, group);
  }
  while (true) {
    at_number(begin);
    size_t end = begin;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    numbers_done_ = end;
    char separator = 0;
    const size_t next = next_group(text_, end, separator);
    if (next == 0) return;
    begin = next;
  }
}

// Tries what may begin with the group here. Most groups are short and alone: they leave at once.
void Finder::at_number(size_t begin) {
  size_t end = begin;
  while (end < text_.size() && is_digit(text_[end])) ++end;
  const size_t digits = end - begin;
  if (digits < 2 || digits > 19) return;
  if (digits < 10 && of_no_interest(text_, begin, end)) return;
  const Number number = Number::read(text_, begin);
  if (number.digits_in(number.count) < 8) return;
  if (const size_t plus = escaped_plus_before(text_, begin); plus && wants(Detector::kPhone)) {
    if (const size_t to = international_end(number)) add(Detector::kPhone, begin - plus, to);
  }
  const auto attempt = [&](Detector detector, size_t (*end_of)(const Number&)) {
    if (!wants(detector)) return;
    if (const size_t to = end_of(number)) add(detector, begin, to);
  };
  attempt(Detector::kCard, card_end);
  attempt(Detector::kResident, resident_end);
  attempt(Detector::kPhone, phone_end);
  attempt(Detector::kAccount, account_end);
}

void Finder::at_plus(size_t at, size_t length) {
  const size_t begin = at + length;
  if (begin >= text_.size() || !is_digit(text_[begin])) return;
  if (edge_before(text_, at) != Edge::kClear) return;
  if (const size_t to = international_end(Number::read(text_, begin)))
    add(Detector::kPhone, at, to);
}

void Finder::token(const std::optional<Span>& span) {
  if (!span) return;
  add(Detector::kToken, span);
  tokens_done_ = span->end;
}

void Finder::at_mark(size_t at) {
  switch (text_[at]) {
    case '@':
      if (wants(Detector::kEmail)) add(Detector::kEmail, email_around(text_, at, 1));
      return;
    case '%':
      if (wants(Detector::kEmail)) add(Detector::kEmail, email_around(text_, at, 3));
      return;
    case '+':
      if (wants(Detector::kPhone)) at_plus(at, 1);
      return;
    case kFullWidth[0]:
      full_width_ |= narrowed(text_, at) != '\0';
      return;
    default:
      break;
  }
  if (!wants(Detector::kToken) || at < tokens_done_) return;
  switch (text_[at]) {
    case 'e':
      return token(token_at(text_, at));
    case 's':  // lsv_
      if (at > 0 && text_[at - 1] == 'l') token(token_at(text_, at - 1));
      return;
    case 'b':
    case 'B':
      return token(bearer_at(text_, at));
    default:
      return token(authorization_at(text_, at));
  }
}

}  // namespace logsvc::masking
