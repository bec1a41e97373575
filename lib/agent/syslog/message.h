// Parses syslog messages: RFC 5424, and the forms of RFC 3164 in use.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace logsvc::agent {

enum class SyslogFormat { kRfc5424, kRfc3164 };

// nullopt: the field is absent, or "-" in the message.
struct SyslogMessage {
  int facility = 0, severity = 0;
  std::optional<Timestamp> time;
  std::optional<std::string> hostname, app_name, proc_id, msg_id;
  struct Element {
    std::string id;
    std::vector<std::pair<std::string, std::string>> parameters;
  };
  std::vector<Element> structured_data;
  std::optional<std::string> text;
};

// Returns kInvalid with the place and what was expected. now: gives RFC 3164's times, which are
// taken as UTC, the year that brings them nearest.
Result<SyslogMessage> parse_syslog(std::string_view text, SyslogFormat format, Timestamp now);

// Returns Promtail's names: "error", "daemon".
const char* severity_name(int severity);
const char* facility_name(int facility);

}  // namespace logsvc::agent
