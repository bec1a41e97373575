#include "insight/seen_places.h"

namespace logsvc::insight {

std::string_view container_of(const LabelSet& stream) {
  const std::string_view name = stream.get("container");
  return name.empty() ? stream.get("container_name") : name;
}

void PlaceBook::note(const LabelSet& stream, bool of_part) {
  const std::string host(stream.get("host")), container(container_of(stream));
  if (of_part && !host.empty() && hosts_.size() < kMaxHosts) hosts_.insert(host);
  if (container.empty()) return;
  const std::pair key(host, container);
  if (containers_.size() >= kMaxContainers && !containers_.contains(key)) return;
  Streams& streams = containers_[key];
  (of_part ? streams.of_part : streams.others) = true;
}

SeenPlaces PlaceBook::seen() const {
  SeenPlaces out{hosts_, {}};
  for (const auto& [key, streams] : containers_) {
    const auto& [host, container] = key;
    if (host.empty() || streams.others || !streams.of_part) continue;
    // A stream without a host may be of any host's container.
    const auto anywhere = containers_.find({"", container});
    if (anywhere == containers_.end() || !anywhere->second.others) out.containers.insert(key);
  }
  return out;
}

}  // namespace logsvc::insight
