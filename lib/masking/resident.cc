#include "base/calendar.h"
#include "masking/detectors.h"

namespace logsvc::masking {
namespace {

constexpr size_t kDigits = 13;

struct Birth {
  int year = 0, month = 0, day = 0;
  bool valid() const {
    return month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(year, month);
  }
  // Numbers have no check digit from then on. There is no clock here, so that nobody is born
  // later than in 2049.
  bool without_check_digit() const {
    return (year > 2020 || (year == 2020 && month >= 10)) && year < 2050;
  }
};

Birth birth_of(const Number& number) {
  const int sex = number.digit(6);  // with the century: 3, 4, 7 and 8 are born from 2000 on
  const bool later = sex == 3 || sex == 4 || sex == 7 || sex == 8;
  return {(later ? 2000 : 1900) + number.digit(0) * 10 + number.digit(1),
          number.digit(2) * 10 + number.digit(3), number.digit(4) * 10 + number.digit(5)};
}

bool has_check_digit(const Number& number) {
  constexpr int kWeights[] = {2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5};
  int sum = 0;
  for (size_t i = 0; i + 1 < kDigits; ++i) sum += kWeights[i] * number.digit(i);
  const bool foreigner = number.digit(6) >= 5;
  return ((foreigner ? 13 : 11) - sum % 11) % 10 == number.digit(12);
}

// Returns whether the digits would be a time in ms from 2014-05 to 2034-06.
bool like_a_time(const Number& number) {
  const int first = number.digit(0) * 10 + number.digit(1);
  return first >= 14 && first <= 20;
}

}  // namespace

size_t resident_end(const Number& number) {
  const bool grouped = number.has_sizes({6, 7}) && number.groups[1].separator == '-';
  if (!grouped && !number.has_sizes({kDigits})) return 0;
  const size_t groups = grouped ? 2 : 1;
  if (number.before == Edge::kJoined || number.after(groups) == Edge::kJoined) return 0;
  if (number.digit(6) < 1 || number.digit(6) > 8) return 0;
  const Birth birth = birth_of(number);
  if (!birth.valid()) return 0;
  if (!has_check_digit(number) && !(grouped && birth.without_check_digit())) return 0;
  const size_t begin = number.groups[0].begin;
  if (!grouped && like_a_time(number) && !resident_word_before(number.text, begin)) return 0;
  return number.end(groups);
}

}  // namespace logsvc::masking
