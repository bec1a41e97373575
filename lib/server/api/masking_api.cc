#include "server/api/masking_api.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.h"
#include "server/transport/reply.h"

namespace logsvc::server {
namespace {

using masking::Hit;
using masking::Masker;
using masking::Rule;
using masking::Span;

// Counts UTF-16 code units from the beginning of a text on; places come in ascending order.
class Utf16Places {
 public:
  explicit Utf16Places(std::string_view text) : text_(text) {}

  std::string before(size_t place) {
    for (; at_ < place; ++at_) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      units_ += (byte & 0xC0) != 0x80;  // a character begins here
      units_ += byte >= 0xF0;           // and takes two units
    }
    return std::to_string(units_);
  }

 private:
  const std::string_view text_;
  size_t at_ = 0, units_ = 0;
};

void append_text(std::string& out, const char* name, std::string_view text) {
  out += std::string("\"") + name + "\":";
  append_json_string(out, text, JsonEscapes::kNeeded);
}

// Appends a line as the answer shows it, and counts its hits. Returns whether there are any.
bool append_line(std::string& out, const Masker& masker, std::string_view line,
                 std::vector<uint64_t>& counts) {
  const std::vector<Hit> hits = masker.find(line);
  std::string masked;
  std::vector<Span> written;
  masker.replace(line, hits, masked, &written);
  out += '{';
  append_text(out, "masked", masked);
  out += ",\"hits\":[";
  Utf16Places of_line(line), of_masked(masked);
  for (size_t i = 0; i < hits.size(); ++i) {
    ++counts[hits[i].rule];
    out += i ? ",{" : "{";
    append_text(out, "rule", masker.rules()[hits[i].rule].name);
    out += ",\"begin\":" + of_line.before(hits[i].begin);
    out += ",\"end\":" + of_line.before(hits[i].end);
    out += ",\"maskedBegin\":" + of_masked.before(written[i].begin);
    out += ",\"maskedEnd\":" + of_masked.before(written[i].end) + '}';
  }
  out += "]}";
  return !hits.empty();
}

void append_rule(std::string& out, const Rule& rule, bool at_ingest, uint64_t hits) {
  out += '{';
  append_text(out, "name", rule.name);
  out += rule.detector ? ",\"kind\":\"builtin\"," : ",\"kind\":\"pattern\",";
  if (!rule.detector) {
    append_text(out, "pattern", rule.pattern);
    out += ',';
  }
  append_text(out, "replacement", rule.replacement);
  out += at_ingest ? ",\"at\":\"ingest\"" : ",\"at\":\"support\"";
  out += ",\"hits\":" + std::to_string(hits) + '}';
}

void count_in(Metrics& metrics, const std::shared_ptr<const Masker>& masker, const char* at) {
  if (!masker) return;
  metrics.sample_function("logsvc_masked_total", "Texts that a masking rule has hidden", "counter",
                          [masker, at](const Metrics::AddSample& add) {
                            for (size_t i = 0; i < masker->rules().size(); ++i) {
                              add("", {{"rule", masker->rules()[i].name}, {"at", at}},
                                  static_cast<double>(masker->count(i)));
                            }
                          });
}

}  // namespace

MaskingApi::MaskingApi(std::shared_ptr<const Masker> support,
                       const std::shared_ptr<const Masker>& ingest, std::vector<bool> at_ingest,
                       Metrics& metrics)
    : masker_(std::move(support)), at_ingest_(std::move(at_ingest)) {
  count_in(metrics, masker_, "support");
  count_in(metrics, ingest, "ingest");
}

void MaskingApi::add_to(Routes& routes) {
  routes.add({"POST", "/api/masking/try", "api_masking_try", Access::kAdmin,
              handler(this, &MaskingApi::try_lines)});
}

void MaskingApi::try_lines(const http::Request& request, http::Response& response) {
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  if (!body.is_object() || !body.contains("lines") || !body["lines"].is_string()) {
    return send_error(response, invalid("expected {\"lines\": \"…\"}"));
  }
  const auto text = body["lines"].get<std::string>();
  if (text.size() > kMostBytes)
    return send_error(response, {ErrorCode::kTooLarge, "lines: more than 64 KB of text"});
  std::vector<uint64_t> counts(masker_->rules().size());
  std::string lines;
  size_t changed = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    if (!lines.empty()) lines += ',';
    const std::string_view line = std::string_view(text).substr(at, end - at);
    changed += append_line(lines, *masker_, line, counts);
    at = end + 1;
  }
  std::string out = "{\"rules\":[";
  for (size_t i = 0; i < counts.size(); ++i) {
    if (i) out += ',';
    append_rule(out, masker_->rules()[i], i < at_ingest_.size() && at_ingest_[i], counts[i]);
  }
  send_json(response,
            out + "],\"lines\":[" + lines + "],\"changed\":" + std::to_string(changed) + "}\n");
}

}  // namespace logsvc::server
