#include <algorithm>

#include "masking/detectors.h"

namespace logsvc::masking {
namespace {

constexpr std::string_view kSeparators = "-. )";

// Returns how many groups of a mobile number there are, its first digits being 01x; 0 if it is
// none. Numbers of 010 have eleven digits, older ones ten or eleven.
size_t mobile_groups(const Number& number) {
  constexpr std::string_view kThird = "016789";
  if (number.digit(1) != 1 || kThird.find(number.digits[2]) == std::string_view::npos) return 0;
  for (size_t groups = 1; groups <= std::min<size_t>(number.count, 3); ++groups) {
    const size_t digits = number.digits_in(groups);
    if (digits < 10 || (digits == 10 && number.digit(2) == 0)) continue;
    const bool usual = groups == 1 || (number.groups[0].size() == 3 &&
                                       (groups == 2 || number.groups[2].size() == 4));
    return digits <= 11 && usual && number.separated_by(groups, kSeparators) ? groups : 0;
  }
  return 0;
}

// Returns whether the first group is the code of a region or of a service like 070.
bool area_code(const Number& number) {
  const std::string_view code = number.first_digits(number.groups[0].size());
  if (code == "02") return true;
  if (code.size() == 4) return code.starts_with("050");
  if (code.size() != 3) return false;
  const int last = number.digit(2);
  switch (number.digit(1)) {
    case 3:
      return last <= 3;
    case 4:
      return last >= 1 && last <= 4;
    case 5:
      return last >= 1 && last <= 5;
    case 6:
      return last <= 4;
    case 7:
    case 8:
      return last == 0;
    default:
      return false;
  }
}

size_t landline_groups(const Number& number) {
  if (number.before != Edge::kClear || !area_code(number)) return 0;
  if (number.count >= 3 && number.groups[1].size() >= 3 && number.groups[1].size() <= 4 &&
      number.groups[2].size() == 4) {
    return number.separated_by(3, kSeparators) ? 3 : 0;
  }
  if (number.count >= 2 && number.groups[1].size() >= 7 && number.groups[1].size() <= 8)
    return number.separated_by(2, "-)") ? 2 : 0;
  return 0;
}

bool service_number(const Number& number) {
  constexpr int kCodes[] = {1522, 1533, 1544, 1551, 1566, 1577, 1588, 1599, 1600, 1644, 1660, 1661,
                            1666, 1668, 1670, 1688, 1800, 1811, 1833, 1855, 1866, 1877, 1899};
  if (number.before != Edge::kClear || !number.has_sizes({4, 4}) ||
      number.groups[1].separator != '-' || number.after(2) != Edge::kClear) {
    return false;
  }
  int code = 0;
  for (size_t i = 0; i < 4; ++i) code = code * 10 + number.digit(i);
  // 1899-1905 is a time of years.
  const std::string_view second = number.first_digits(6).substr(4);
  if (code >= 1800 && (second == "18" || second == "19" || second == "20")) return false;
  return std::find(std::begin(kCodes), std::end(kCodes), code) != std::end(kCodes);
}

// Returns how many groups a number of Korea has that begins with 82; 0 if it is none.
size_t korean_groups(const Number& number) {
  for (size_t groups = 1; groups <= number.count; ++groups) {
    size_t digits = number.digits_in(groups);
    if (digits < 10) continue;
    // The 0 of the area is left out, or in brackets.
    const size_t area = number.digit(2) == 0 ? 3 : 2;
    digits -= area;
    const bool seoul = number.digit(area) == 2;
    const bool mobile = number.digit(area) == 1;
    const bool personal = number.digit(area) == 5 && number.digit(area + 1) == 0;
    if (digits < (seoul ? 8u : 9u) || (mobile && number.digit(area + 1) == 0 && digits < 10))
      continue;
    return digits <= (seoul ? 9u : personal ? 11u : 10u) ? groups : 0;
  }
  return 0;
}

// Returns how many groups belong to a number of any country: a blank does not go on behind other
// separators, since a further number may follow it.
size_t foreign_groups(const Number& number) {
  constexpr size_t kFewest = 8, kMost = 15, kNorthAmerican = 11;
  const bool north_american = number.digit(0) == 1;
  size_t taken = 0;
  bool other_separators = false;
  for (size_t groups = 1; groups <= number.count; ++groups) {
    const Number::Group& last = number.groups[groups - 1];
    if (other_separators && last.separator == ' ') break;
    other_separators |= groups > 2 && last.separator != ' ';
    const size_t digits = number.digits_in(groups);
    if (digits > (north_american ? kNorthAmerican : kMost)) break;
    if (digits >= (north_american ? kNorthAmerican : kFewest)) taken = groups;
  }
  return taken;
}

size_t end_unless_joined(const Number& number, size_t groups) {
  return groups > 0 && number.after(groups) != Edge::kJoined ? number.end(groups) : 0;
}

}  // namespace

size_t phone_end(const Number& number) {
  if (number.before == Edge::kJoined || number.groups[0].size() < 2) return 0;
  if (number.digit(0) == 0) {
    if (number.groups[0].size() >= 3) {
      if (const size_t mobile = mobile_groups(number)) return end_unless_joined(number, mobile);
    }
    return end_unless_joined(number, landline_groups(number));
  }
  if (number.digit(0) == 1) return service_number(number) ? number.end(2) : 0;
  // 821012345678 and 82-10-1234-5678 are written without their + too.
  const bool mobile = number.has_sizes({12}) || number.has_sizes({2, 2, 4, 4});
  const size_t groups = number.has_sizes({12}) ? 1 : 4;
  if (!mobile || number.first_digits(4) != "8210" || !number.separated_by(groups, "-")) return 0;
  return end_unless_joined(number, groups);
}

size_t international_end(const Number& number) {
  if (number.count == 0 || number.digit(0) == 0) return 0;
  const size_t digits = number.digits_in(number.count);
  if (digits < 8) return 0;
  const bool korean = number.digit(0) == 8 && number.digit(1) == 2;
  return end_unless_joined(number, korean ? korean_groups(number) : foreign_groups(number));
}

}  // namespace logsvc::masking
