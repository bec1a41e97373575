// What came of an opening: the two minutes after its moment (T0), service by service, and the
// verdict on them. The rule of the verdict, which the page words:
//
//   bad      a service that was expected wrote nothing, or more than one line in a hundred of its
//            lines is an error, or a container of it ended, or no line has the words of a success
//   errors   none of that, but there are errors
//   good     nothing of it
//   running  the two minutes are not over, and what only their end can tell is not told yet
//
// Plain data.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace logsvc::server {

inline constexpr Duration kOpeningWindow = 2 * kMinute;  // what counts after T0
inline constexpr Duration kOpeningLook = kHour;          // first lines and successes: so long
inline constexpr uint64_t kLinesPerError = 100;

inline constexpr size_t kMaxOpeningServices = 200;
inline constexpr size_t kMaxSuccessBytes = 500;
// T0 in ms: from 2001 to 2286, thirteen digits.
inline constexpr int64_t kMinOpeningMs = 1'000'000'000'000, kMaxOpeningMs = 9'999'999'999'999;

struct Opening {
  std::string name;
  Timestamp at = 0;                   // T0
  std::vector<std::string> services;  // expected; empty: those that wrote in the hour before T0
  std::string success;                // words of a line that says that a sale succeeded, or empty
};

struct ServiceOutcome {
  std::string name;
  std::optional<Duration> first_line;  // after T0
  uint64_t lines = 0;                  // in the window, as all that follows
  uint64_t errors = 0;
  uint64_t peak = 0;  // lines of its busiest second
  uint64_t ends = 0;  // of its containers
};

struct Successes {
  uint64_t count = 0;
  std::optional<Duration> first;  // after T0
};

struct OpeningOutcome {
  bool over = false;  // the window is
  std::vector<ServiceOutcome> services;
  std::optional<Successes> successes;  // none are looked for
};

enum class Verdict { kRunning, kGood, kErrors, kBad };

struct Reason {
  enum class What { kSilent, kErrors, kManyErrors, kEnded, kNoSuccess };
  What what;
  std::string service;  // empty of kNoSuccess
  uint64_t count = 0;   // of errors or ends
};

struct Judgement {
  Verdict verdict = Verdict::kRunning;
  std::vector<Reason> reasons;  // in the order of the services
};

Judgement judge(const OpeningOutcome& outcome);

// {"verdict","over","services":[{"name","firstLineMs"|null,"lines","errors","peak","ends"}…],
//  "success":{"count","firstMs"|null}|null,"reasons":[{"what","service","count"}…]}. Of more than
// most_services those with the least to tell are left out, and "more" says how many.
nlohmann::json opening_json(const OpeningOutcome& outcome, size_t most_services);

// Whether that is what the JSON is; kInvalid says what is wrong.
Status check_opening_json(const nlohmann::json& value);

}  // namespace logsvc::server
