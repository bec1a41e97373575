// The built-in detectors. Each looks at one place that the scan has found, reads a bounded number
// of bytes around it (an e-mail's local part, a token: as far as its characters go), and says where
// the secret ends, or where it stands. They are pure.
#pragma once

#include <optional>
#include <string_view>

#include "masking/number.h"

namespace logsvc::masking {

// What follows takes a number at its first group and returns where it ends in the text; 0 if it is
// none. The longest form counts.

// 13 to 19 digits, alone or in an issuer's groups, separated by one blank or hyphen each.
size_t card_end(const Number& number);
// YYMMDD-SNNNNNN with or without the hyphen. Numbers given from October 2020 on have no check
// digit: they need the hyphen. Thirteen digits that may as well be a time in ms (2014 to 2034) need
// a word before them.
size_t resident_end(const Number& number);
// 010-1234-5678, 02-123-4567, 1588-1234, 8210…
size_t phone_end(const Number& number);
// The digits behind a +, 8 to 15.
size_t international_end(const Number& number);
// 110-123-456789, or 10 to 14 digits behind a word such as 계좌 or account.
size_t account_end(const Number& number);

struct Span {
  size_t begin = 0, end = 0;
};
// `at` is at the @ or %40, of that length.
std::optional<Span> email_around(std::string_view text, size_t at, size_t length);
// A token that begins at `at` with eyJ or lsv_; three or more parts for the first.
std::optional<Span> token_at(std::string_view text, size_t at);
// The credentials behind "Bearer", of which the first three letters are at `at`.
std::optional<Span> bearer_at(std::string_view text, size_t at);
// The credentials behind "Authorization:", of which "iz" is at `at`.
std::optional<Span> authorization_at(std::string_view text, size_t at);

// Returns whether a word before `at` says that an account, or a registration number, follows.
bool account_word_before(std::string_view text, size_t at);
bool resident_word_before(std::string_view text, size_t at);

}  // namespace logsvc::masking
