// What is hidden in lines, as configuration says it: a built-in detector or a regular expression,
// and the text that takes its place.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logsvc::masking {

enum class Detector {
  kCard,      // payment card: issuer's prefix, length and check digit (Luhn)
  kResident,  // Korean resident or foreigner registration number: date and check digit
  kPhone,     // Korean mobile, landline and service numbers; E.164 with its +
  kEmail,     // e-mail address
  kAccount,   // Korean bank account by its groups, or by the word before it
  kToken,     // Bearer, Authorization, JWT and logsvc's own lsv_ tokens
};
inline constexpr size_t kDetectors = 6;

struct Rule {
  static constexpr size_t kMostRules = 100;
  static constexpr size_t kLongestName = 64;
  static constexpr size_t kLongestPattern = 2000;
  static constexpr size_t kLongestReplacement = 256;

  std::string name;  // [a-z0-9_-], for metrics and messages; unique in a list
  std::optional<Detector> detector;
  std::string pattern;      // Go's syntax; used if there is no detector
  std::string replacement;  // a pattern's may have $1, ${name} and $$
};

struct BuiltIn {
  Detector detector;
  std::string_view name;
  std::string_view replacement;
};
// They are in the order in which they win where two of them fit the same text.
inline constexpr std::array<BuiltIn, kDetectors> kBuiltIns = {{
    {Detector::kCard, "card", "<card>"},
    {Detector::kResident, "rrn", "<rrn>"},
    {Detector::kPhone, "phone", "<phone>"},
    {Detector::kEmail, "email", "<email>"},
    {Detector::kAccount, "account", "<account>"},
    {Detector::kToken, "token", "<token>"},
}};

// Returns the rule of a built-in name; nothing if there is none of that name.
std::optional<Rule> built_in_rule(std::string_view name);
// Returns the rules of all built-ins.
std::vector<Rule> built_in_rules();

}  // namespace logsvc::masking
