// How an opening went: the two minutes after its moment (T0), service by service, and the verdict
// on them. The rule of the verdict, which the page puts into words:
//
//   bad      a service that was expected logged nothing, or more than one in a hundred of its
//            lines is an error, or a container of it ended, or no line has the words of a success
//   errors   none of that, but there are errors
//   good     nothing of it
//   running  the two minutes are not over, and what only their end can tell is still open
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
// How long first lines and successes are looked for.
inline constexpr Duration kOpeningLook = kHour;
inline constexpr uint64_t kLinesPerError = 100;

inline constexpr size_t kMaxOpeningServices = 200;
inline constexpr size_t kMaxSuccessBytes = 500;
// T0 in ms: from 2001 to 2286, thirteen digits.
inline constexpr int64_t kMinOpeningMs = 1'000'000'000'000, kMaxOpeningMs = 9'999'999'999'999;

struct Opening {
  std::string name;
  Timestamp at = 0;                   // T0
  std::vector<std::string> services;  // expected; empty: those that logged in the hour before T0
  std::string success;                // words of a line that proves a successful sale, or empty
};

struct ServiceOutcome {
  std::string name;
  std::optional<Duration> first_line;  // after T0
  uint64_t lines = 0;                  // in the window, as everything below
  uint64_t errors = 0;
  uint64_t peak = 0;  // lines in its busiest second
  uint64_t ends = 0;  // how many of its containers ended
};

struct Successes {
  uint64_t count = 0;
  std::optional<Duration> first;  // after T0
};

struct OpeningOutcome {
  bool over = false;  // the window is over
  std::vector<ServiceOutcome> services;
  std::optional<Successes> successes;  // nullopt: none are looked for
};

enum class Verdict { kRunning, kGood, kErrors, kBad };

struct Reason {
  enum class What { kSilent, kErrors, kManyErrors, kEnded, kNoSuccess };
  What what;
  std::string service;  // empty for kNoSuccess
  uint64_t count = 0;   // how many errors or ends
};

struct Judgement {
  Verdict verdict = Verdict::kRunning;
  std::vector<Reason> reasons;  // in the order of the services
};

Judgement judge(const OpeningOutcome& outcome);

// Writes
// {"verdict","over","services":[{"name","firstLineMs"|null,"lines","errors","peak","ends"}…],
//  "success":{"count","firstMs"|null}|null,"reasons":[{"what","service","count"}…]}. Beyond
// most_services, the services with the least to tell are left out, and "more" says how many.
nlohmann::json opening_json(const OpeningOutcome& outcome, size_t most_services);

// Checks that the JSON has that form; kInvalid says what is wrong.
Status check_opening_json(const nlohmann::json& value);

}  // namespace logsvc::server
