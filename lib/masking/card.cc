#include <algorithm>

#include "masking/detectors.h"

namespace logsvc::masking {
namespace {

struct Issuer {
  int from, to;      // the first four digits
  uint32_t lengths;  // bit n: numbers of n digits
};
constexpr uint32_t length(int n) { return 1u << n; }
constexpr uint32_t lengths(int from, int to) { return (1u << (to + 1)) - (1u << from); }

constexpr Issuer kIssuers[] = {
    {1800, 1800, length(15)},                            // JCB
    {2131, 2131, length(15)},                            // JCB
    {2200, 2204, lengths(16, 19)},                       // Mir
    {2221, 2720, length(16)},                            // Mastercard
    {3000, 3059, lengths(14, 19)},                       // Diners
    {3095, 3095, lengths(14, 19)},                       // Diners
    {3400, 3499, length(15)},                            // American Express
    {3528, 3589, lengths(16, 19)},                       // JCB
    {3600, 3699, lengths(14, 19)},                       // Diners
    {3700, 3799, length(15)},                            // American Express
    {3800, 3999, lengths(14, 19)},                       // Diners
    {4000, 4999, length(13) | length(16) | length(19)},  // Visa
    {5000, 5099, lengths(13, 19)},                       // Maestro, RuPay
    {5100, 5599, length(16)},                            // Mastercard
    {5600, 5999, lengths(13, 19)},                       // Maestro
    {6000, 6999, lengths(13, 19)},                       // Discover, UnionPay, Maestro
    {8100, 8299, lengths(16, 19)},                       // UnionPay, RuPay
    {9000, 9999, length(16)},                            // cards for Korea alone, Troy
};

bool known_issuer(const Number& number, size_t digits) {
  const int first =
      number.digit(0) * 1000 + number.digit(1) * 100 + number.digit(2) * 10 + number.digit(3);
  return std::any_of(std::begin(kIssuers), std::end(kIssuers), [&](const Issuer& one) {
    return first >= one.from && first <= one.to && (one.lengths >> digits & 1);
  });
}

bool has_check_digit(const Number& number, size_t digits) {
  int sum = 0;
  for (size_t i = 0; i < digits; ++i) {
    int value = number.digit(digits - 1 - i);
    if (i % 2 == 1) value = value * 2 > 9 ? value * 2 - 9 : value * 2;
    sum += value;
  }
  return sum % 10 == 0;
}

// Returns whether people write cards in these first groups.
bool usual_groups(const Number& number, size_t groups) {
  const auto size = [&](size_t i) { return number.groups[i].size(); };
  if (groups == 1) return true;
  const char separator = number.groups[1].separator;
  if (separator != '-' && separator != ' ') return false;
  if (!number.separated_by(groups, std::string_view(&separator, 1))) return false;
  if (groups == 2) return number.has_sizes({6, 13});
  if (groups == 3) return number.has_sizes({4, 6, 4}) || number.has_sizes({4, 6, 5});
  if (groups > 5 || !number.has_sizes({4, 4, 4})) return false;
  return groups == 4 ? size(3) <= 4 : size(3) == 4 && size(4) <= 3;
}

}  // namespace

size_t card_end(const Number& number) {
  constexpr size_t kFewest = 13, kMost = 19;
  if (number.before == Edge::kJoined) return 0;
  for (size_t groups = std::min<size_t>(number.count, 5); groups > 0; --groups) {
    const size_t digits = number.digits_in(groups);
    if (digits < kFewest) return 0;
    if (digits <= kMost && usual_groups(number, groups) && known_issuer(number, digits) &&
        number.after(groups) != Edge::kJoined && has_check_digit(number, digits)) {
      return number.end(groups);
    }
  }
  return 0;
}

}  // namespace logsvc::masking
