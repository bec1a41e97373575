#include "server/auth/client_origin.h"

#include <algorithm>

#include "base/any_case.h"
#include "base/host_port.h"

namespace logsvc::server {
namespace {

constexpr size_t kLongestAddress = 45;
constexpr int kMostProxies = 16;

std::string trimmed(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == '[' || c == ']'; });
  return text;
}

// Takes the last part off the list.
std::string take_last(std::string& list) {
  const size_t comma = list.rfind(',');
  std::string last = comma == std::string::npos ? list : list.substr(comma + 1);
  list.resize(comma == std::string::npos ? 0 : comma);
  return trimmed(std::move(last));
}

}  // namespace

ClientOrigin::ClientOrigin(std::vector<Cidr> trusted) : trusted_(std::move(trusted)) {}

std::string ClientOrigin::address(const http::Request& request) const {
  std::string out = request.peer;
  if (!from_proxy(request)) return out;
  std::string forwarded = request.header("X-Forwarded-For");
  for (int i = 0; i < kMostProxies && !forwarded.empty(); ++i) {
    std::string next = take_last(forwarded);
    // What is no address says nothing about anybody.
    if (next.size() > kLongestAddress || !is_ip_address(next)) return out;
    out = std::move(next);
    if (!contains(trusted_, out)) return out;
  }
  return out;
}

bool ClientOrigin::secure(const http::Request& request) const {
  std::string said = from_proxy(request) ? request.header("X-Forwarded-Proto") : "";
  if (said.empty()) return request.secure;
  return ascii_lowered(take_last(said)) == "https";
}

}  // namespace logsvc::server
