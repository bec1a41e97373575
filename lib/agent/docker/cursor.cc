#include "agent/docker/cursor.h"

#include <sstream>

namespace logsvc::agent {

std::string encode_cursor(const Cursor& c) {
  if (c.timestamp == 0) return "";
  return std::string(c.stream == OutputStream::kStderr ? "stderr " : "stdout ") +
         std::to_string(c.timestamp) + ' ' + std::to_string(c.nth) + ' ' + std::to_string(c.hash) +
         ' ' + std::to_string(c.file) + ' ' + std::to_string(c.offset);
}

Result<Cursor> decode_cursor(const std::string& text) {
  Cursor c;
  if (text.empty()) return c;
  std::istringstream in(text);
  std::string stream, rest;
  in >> stream >> c.timestamp >> c.nth >> c.hash >> c.file >> c.offset;
  if (in.fail() || in >> rest || (stream != "stdout" && stream != "stderr") || c.timestamp == 0)
    return Error{ErrorCode::kCorrupt, "not a place in a container's log: \"" + text + "\""};
  if (stream == "stderr") c.stream = OutputStream::kStderr;
  return c;
}

}  // namespace logsvc::agent
