// Formats one value by one verb, as Go's fmt writes it.
#pragma once

#include <string>

#include "gotext/template/value.h"

namespace logsvc::tmpl {

// Holds the flags and sizes of a verb.
struct PrintfSpec {
  bool plus = false, minus = false, sharp = false, space = false, zero = false;
  bool go_syntax = false;  // %#v
  int width = -1;          // in runes; -1: none
  int precision = -1;      // -1: none
};

// What does not fit the verb is shown with its type: %!d(string=x).
void append_formatted(char verb, const Value& v, const PrintfSpec& spec, std::string& out);

}  // namespace logsvc::tmpl
