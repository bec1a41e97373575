// The connections that wait for their peers, and how many there are per address. Those that are
// with a thread count too, but only waiting ones can be closed. For one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "http/connection.h"

namespace logsvc::http {

class Parking {
 public:
  // Counts a new connection; it is not parked yet.
  void add(const Connection& connection) {
    ++by_address_[connection.peer()];
    ++all_;
  }
  // Forgets a connection that has ended, wherever it was.
  void remove(const std::string& peer);
  size_t size() const { return all_; }
  size_t of_address(const std::string& peer) const;

  void park(std::unique_ptr<Connection> connection, int64_t now_ns);
  // Returns null if it does not wait.
  std::unique_ptr<Connection> take(uint64_t id);
  // Takes those whose time is over.
  std::vector<std::unique_ptr<Connection>> take_late(int64_t now_ns);
  // Takes up to count of those that may be closed soonest: from one address, or from all if it is
  // empty, and none of a higher rank.
  std::vector<std::unique_ptr<Connection>> take_oldest(size_t count, const std::string& peer,
                                                       int highest_rank = Connection::kHighestRank);

 private:
  std::unordered_map<uint64_t, std::unique_ptr<Connection>> waiting_;
  std::map<std::string, size_t> by_address_;
  size_t all_ = 0;
};

}  // namespace logsvc::http
