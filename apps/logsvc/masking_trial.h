// `logsvc validate --try-masking`: what the masking rules would hide.
#pragma once

#include <istream>
#include <ostream>

#include "masking/masker.h"

namespace logsvc {

// Prints each line that would change, before and after, with the names of the rules, and totals.
// What comes from the lines is made safe for a terminal. Returns the exit code.
int show_masking(const masking::Masker& masker, std::istream& lines, std::ostream& out);

}  // namespace logsvc
