#include "http/parking.h"

#include <algorithm>

namespace logsvc::http {

void Parking::remove(const std::string& peer) {
  --all_;
  const auto found = by_address_.find(peer);
  if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}

size_t Parking::of_address(const std::string& peer) const {
  const auto found = by_address_.find(peer);
  return found == by_address_.end() ? 0 : found->second;
}

void Parking::park(std::unique_ptr<Connection> connection, int64_t now_ns) {
  connection->park(now_ns);
  const uint64_t id = connection->id();
  waiting_[id] = std::move(connection);
}

std::unique_ptr<Connection> Parking::take(uint64_t id) {
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return nullptr;
  auto out = std::move(found->second);
  waiting_.erase(found);
  return out;
}

std::vector<std::unique_ptr<Connection>> Parking::take_late(int64_t now_ns) {
  std::vector<uint64_t> late;
  for (const auto& [id, connection] : waiting_) {
    if (now_ns > connection->deadline_ns()) late.push_back(id);
  }
  std::vector<std::unique_ptr<Connection>> out;
  for (const uint64_t id : late) out.push_back(take(id));
  return out;
}

std::vector<std::unique_ptr<Connection>> Parking::take_oldest(size_t count, const std::string& peer,
                                                              int highest_rank) {
  struct Candidate {
    int rank;
    int64_t parked_ns;
    uint64_t id;
    auto operator<=>(const Candidate&) const = default;
  };
  std::vector<Candidate> all;
  for (const auto& [id, connection] : waiting_) {
    if (!peer.empty() && connection->peer() != peer) continue;
    if (connection->rank() > highest_rank) continue;
    all.push_back({connection->rank(), connection->parked_ns(), id});
  }
  const size_t chosen = std::min(count, all.size());
  std::nth_element(all.begin(), all.begin() + static_cast<ptrdiff_t>(chosen), all.end());
  std::vector<std::unique_ptr<Connection>> out;
  for (size_t i = 0; i < chosen; ++i) out.push_back(take(all[i].id));
  return out;
}

}  // namespace logsvc::http
