#include <algorithm>
#include <array>

#include "base/any_case.h"
#include "masking/detectors.h"

namespace logsvc::masking {
namespace {

constexpr size_t kFewest = 10, kMost = 14;

// Returns whether a Korean bank writes its accounts in all of the first groups.
bool bank_groups(const Number& number, size_t groups) {
  switch (groups) {
    case 3:
      return number.has_sizes({3, 3, 6}) || number.has_sizes({3, 2, 6}) ||
             number.has_sizes({4, 3, 6}) || number.has_sizes({3, 6, 5}) ||
             number.has_sizes({6, 2, 6}) || number.has_sizes({4, 2, 7}) ||
             number.has_sizes({4, 4, 4}) || number.has_sizes({3, 6, 3});
    case 4:
      return number.has_sizes({3, 4, 4, 2}) || number.has_sizes({3, 4, 4, 3}) ||
             number.has_sizes({3, 6, 2, 3}) || number.has_sizes({4, 4, 4, 1}) ||
             number.has_sizes({3, 2, 4, 3}) || number.has_sizes({3, 2, 6, 1});
    default:
      return false;
  }
}

// Order numbers begin with their year: 2026-11-0001234.
bool begins_with_year(const Number& number) {
  return number.groups[0].size() == 4 &&
         (number.first_digits(2) == "19" || number.first_digits(2) == "20");
}

// Goes back from `at` over what may stand between a word and its number. Not over >: the word may
// be a replacement.
size_t skip_between(std::string_view text, size_t at) {
  constexpr std::string_view kBetween = " \t\"'=:#(.\\[";
  constexpr size_t kLongest = 8;
  for (size_t n = 0;
       n < kLongest && at > 0 && kBetween.find(text[at - 1]) != std::string_view::npos; ++n) {
    --at;
  }
  return at;
}

// Returns the word that ends at `at`: letters, underscores and bytes beyond ASCII.
std::string_view word_before(std::string_view text, size_t at) {
  constexpr size_t kLongest = 40;
  size_t begin = at;
  while (begin > 0 && at - begin < kLongest &&
         (is_letter(text[begin - 1]) || text[begin - 1] == '_' || (text[begin - 1] & 0x80)))
    --begin;
  return text.substr(begin, at - begin);
}

template <size_t N>
bool ends_with_any(std::string_view word, const std::array<std::string_view, N>& endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
    return word.size() >= ending.size() &&
           equals_any_case(word.substr(word.size() - ending.size()), ending);
  });
}

template <size_t N>
bool contains_any(std::string_view word, const std::array<std::string_view, N>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
    return word.find(part) != std::string_view::npos;
  });
}

// Calls is_it for the two words before `at`.
template <typename Test>
bool any_word_before(std::string_view text, size_t at, Test&& is_it) {
  for (int n = 0; n < 2; ++n) {
    at = skip_between(text, at);
    const std::string_view word = word_before(text, at);
    if (word.empty()) return false;
    if (is_it(word, n)) return true;
    at -= word.size();
  }
  return false;
}

}  // namespace

bool account_word_before(std::string_view text, size_t at) {
  static constexpr std::array<std::string_view, 3> kKorean = {"계좌", "통장", "은행"};
  static constexpr std::array<std::string_view, 11> kEnglish = {
      "account",     "acct",       "account_no", "accountno",     "acct_no",       "acctno",
      "account_num", "accountnum", "acctnum",    "accountnumber", "account_number"};
  static constexpr std::array<std::string_view, 3> kNumber = {"no", "num", "number"};
  bool number_word = false;
  return any_word_before(text, at, [&](std::string_view word, int n) {
    if (contains_any(word, kKorean)) return true;
    if (n == 0) {
      number_word = std::any_of(kNumber.begin(), kNumber.end(),
                                [&](std::string_view one) { return equals_any_case(word, one); });
    }
    return (n == 0 || number_word) && ends_with_any(word, kEnglish);
  });
}

bool resident_word_before(std::string_view text, size_t at) {
  static constexpr std::array<std::string_view, 3> kKorean = {"주민", "등록번호", "외국인"};
  static constexpr std::array<std::string_view, 8> kEnglish = {
      "rrn", "jumin", "ssn", "resident_no", "residentno", "juminno", "jumin_no", "resident_number"};
  return any_word_before(text, at, [&](std::string_view word, int) {
    return contains_any(word, kKorean) || ends_with_any(word, kEnglish);
  });
}

size_t account_end(const Number& number) {
  if (number.before != Edge::kClear) return 0;
  for (size_t groups = std::min<size_t>(number.count, 4); groups > 0; --groups) {
    const size_t digits = number.digits_in(groups);
    if (digits < kFewest) return 0;
    if (digits > kMost || !number.separated_by(groups, "-")) continue;
    if (number.after(groups) != Edge::kClear) continue;
    const bool usual = bank_groups(number, groups) && !begins_with_year(number);
    if (usual || account_word_before(number.text, number.groups[0].begin))
      return number.end(groups);
  }
  return 0;
}

}  // namespace logsvc::masking
