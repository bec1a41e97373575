// Shows what the masking rules hide: an admin sends lines and sees them as support would.
//
//   POST /api/masking/try   (Content-Type: application/json)
//   {"lines":"one\ntwo"}    at most 64 KB of text; line feeds separate lines
//
// answers
//   {"rules":[{"name":"card","kind":"builtin","replacement":"<card>","at":"support","hits":1},
//             {"name":"seat","kind":"pattern","pattern":"seat=\\w+","replacement":"<seat>",
//              "at":"ingest","hits":0}],
//    "lines":[{"masked":"pay <card>",
//              "hits":[{"rule":"card","begin":4,"end":20,"maskedBegin":4,"maskedEnd":10}]},
//             {"masked":"two","hits":[]}],
//    "changed":1}
//
// begin and end are of the line that was sent, maskedBegin and maskedEnd of the masked one. All
// four count UTF-16 code units, as JavaScript's slice() does. hits of a rule are those in these
// lines; changed is how many lines differ. Rules with "at":"ingest" hide before a line is stored,
// those with "support" when support reads. Nothing that is sent is kept, logged or counted.
//
// Borrows nothing; safe from several threads.
#pragma once

#include <memory>
#include <vector>

#include "masking/masker.h"
#include "server/api/routes.h"
#include "telemetry/metrics.h"

namespace logsvc::server {

class MaskingApi {
 public:
  static constexpr size_t kMostBytes = 64u << 10;

  // ingest may be null; at_ingest is for each rule of support. Their counts become metrics.
  MaskingApi(std::shared_ptr<const masking::Masker> support,
             const std::shared_ptr<const masking::Masker>& ingest, std::vector<bool> at_ingest,
             Metrics& metrics);
  void add_to(Routes& routes);

 private:
  void try_lines(const http::Request& request, http::Response& response);

  const std::shared_ptr<const masking::Masker> masker_;
  const std::vector<bool> at_ingest_;
};

}  // namespace logsvc::server
