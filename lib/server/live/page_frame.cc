#include "server/live/page_frame.h"

#include <algorithm>
#include <map>

#include "base/json_text.h"
#include "server/query/response_json.h"

namespace logsvc::server {

void LeftOut::add(const LeftOut& more) {
  if (more.empty()) return;
  first = empty() ? more.first : std::min(first, more.first);
  last = empty() ? more.last : std::max(last, more.last);
  entries += more.entries;
  unread += more.unread;
}

std::string page_lines(std::span<const TailEntry> entries) {
  std::map<Labels, size_t> places;
  std::string streams, lines;
  for (const TailEntry& e : entries) {
    const auto [place, fresh] = places.try_emplace(e.labels, places.size());
    if (fresh) {
      if (!streams.empty()) streams += ',';
      append_json_labels(streams, e.labels);
    }
    if (!lines.empty()) lines += ',';
    lines += '[';
    lines += std::to_string(place->second);
    lines += ",\"";
    lines += std::to_string(e.entry.timestamp);
    lines += "\",";
    append_json_string(lines, e.entry.line, JsonEscapes::kNeeded);
    lines += ']';
  }
  return "\"streams\":[" + streams + "],\"lines\":[" + lines + ']';
}

LiveFrame page_frame(std::shared_ptr<const std::string> lines, const LeftOut& left_out,
                     uint64_t matched) {
  LiveFrame frame{"{\"matched\":" + std::to_string(matched) + ',', std::move(lines), "}"};
  if (left_out.empty()) return frame;
  frame.end = ",\"leftOut\":{\"entries\":" + std::to_string(left_out.entries) + ",\"first\":\"" +
              std::to_string(left_out.first) + "\",\"last\":\"" + std::to_string(left_out.last) +
              '"';
  if (left_out.unread > 0) frame.end += ",\"unread\":" + std::to_string(left_out.unread);
  frame.end += "}}";
  return frame;
}

}  // namespace logsvc::server
