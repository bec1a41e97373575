// What the process says to whoever started it, besides 0 (success). The values are those of
// sysexits.h where it has a word for it.
#pragma once

namespace logsvc {

inline constexpr int kFailed = 1;             // refused, or something failed
inline constexpr int kWrongUsage = 2;         // of the command line
inline constexpr int kUnreachable = 69;       // nobody answers (EX_UNAVAILABLE)
inline constexpr int kNoPermission = 77;      // of a file or socket (EX_NOPERM)
inline constexpr int kBadConfiguration = 78;  // settings or a file of them (EX_CONFIG)

}  // namespace logsvc
