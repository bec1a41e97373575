// What the process says to whoever started it, besides 0 (it went well). From sysexits.h where it
// has a word for it.
#pragma once

namespace logsvc {

inline constexpr int kFailed = 1;             // refused, or it did not go well
inline constexpr int kWrongUsage = 2;         // of the command line
inline constexpr int kUnreachable = 69;       // nobody answers (EX_UNAVAILABLE)
inline constexpr int kBadConfiguration = 78;  // settings or a file of them (EX_CONFIG)

}  // namespace logsvc
