#include "server/tail/page_frame.h"

#include <map>

namespace logsvc::server {

std::string page_frame(const std::vector<TailEntry>& entries, const LeftOut& left_out,
                       uint64_t matched) {
  std::map<Labels, size_t> places;
  std::string streams, lines;
  for (const TailEntry& e : entries) {
    const auto [place, fresh] = places.try_emplace(e.labels, places.size());
    if (fresh) {
      if (!streams.empty()) streams += ',';
      append_json_labels(streams, e.labels);
    }
    if (!lines.empty()) lines += ',';
    lines +=
        '[' + std::to_string(place->second) + ",\"" + std::to_string(e.entry.timestamp) + "\",";
    append_json_string(lines, e.entry.line);
    lines += ']';
  }
  std::string out = "{\"matched\":" + std::to_string(matched) + ",\"streams\":[" + streams +
                    "],\"lines\":[" + lines + ']';
  if (left_out.entries > 0) {
    out += ",\"leftOut\":{\"entries\":" + std::to_string(left_out.entries) + ",\"first\":\"" +
           std::to_string(left_out.first) + "\",\"last\":\"" + std::to_string(left_out.last) +
           "\"}";
  }
  return out + '}';
}

}  // namespace logsvc::server
