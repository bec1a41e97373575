// Flags that the commands asking a server share; names and variables are logcli's.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "client/client_options.h"
#include "client/log_printer.h"
#include "client/loki_client.h"
#include "exit_codes.h"

namespace logsvc {

// Prints the error on stderr; returns the exit code for it.
int report(const std::string& command, const Error& error);

// Address, password and certificates, -q.
struct ServerFlags {
  client::ClientOptions options;
  bool quiet = false;
};
void add_server_flags(CLI::App& command, ServerFlags& flags);

// --since, --from, --to.
struct TimeFlags {
  std::string since = "1h";
  std::string from, to;
  struct Range {
    Timestamp start = 0, end = 0;
  };
  // kInvalid names the flag.
  Result<Range> range() const;
};
void add_time_flags(CLI::App& command, TimeFlags& flags);
// Reads now, RFC 3339, or Unix seconds or nanoseconds.
Result<Timestamp> parse_time_flag(const std::string& flag, const std::string& text);

// -o, labels, colours, time zone.
struct OutputFlags {
  std::string format = "default", zone = "Local", time_format = "rfc3339";
  std::vector<std::string> include_labels, exclude_labels;
  bool no_labels = false, coloured = false;
  size_t labels_width = 0;
  Result<client::PrintOptions> options() const;
};
void add_output_flags(CLI::App& command, OutputFlags& flags);

}  // namespace logsvc
