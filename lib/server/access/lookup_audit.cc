#include "server/access/lookup_audit.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/utf8.h"
#include "logql/syntax/parser.h"
#include "server/auth/principal_event.h"
#include "server/transport/params.h"

namespace logsvc::server {
namespace {

using logql::LabelFilter;
using logql::LogExpr;

std::string number_text(double value) {
  char out[32];
  const auto end = std::to_chars(out, out + sizeof out, value).ptr;
  return {out, end};
}

// Goes through a query's tree, whose depth the parser bounds.
class Values {
 public:
  void add(std::string text) {
    if (!text.empty() && known_.insert(text).second) found_.push_back(std::move(text));
  }

  void visit(const logql::Expr& expr) {
    std::visit([this](const auto& node) { of(node); }, expr.node);
  }
  std::vector<std::string> take() { return std::move(found_); }

 private:
  void of(const LogExpr& log) {
    for (const logql::Stage& stage : log.stages) {
      if (const auto* lines = std::get_if<logql::LineFilter>(&stage)) {
        for (const auto& operand : lines->operands) add(operand.text);
      } else if (const auto* labels = std::get_if<std::unique_ptr<LabelFilter>>(&stage)) {
        filter(**labels);
      }
    }
  }
  void of(const logql::RangeAggregation& range) {
    of(range.log);
    if (!range.unwrap) return;
    for (const auto& one : range.unwrap->filters) filter(*one);
  }
  void of(const logql::VectorAggregation& vector) { visit(*vector.inner); }
  void of(const logql::BinaryOperation& both) {
    visit(*both.left);
    visit(*both.right);
  }
  void of(const logql::Literal&) {}
  void of(const logql::VectorLiteral&) {}
  void of(const logql::LabelReplace& replace) { visit(*replace.inner); }
  void of(const logql::Variants& variants) {
    for (const auto& metric : variants.metrics) visit(*metric);
    if (variants.range) of(*variants.range);
  }

  void filter(const LabelFilter& test) {
    using Kind = LabelFilter::Kind;
    switch (test.kind) {
      case Kind::kAnd:
      case Kind::kOr:
        filter(*test.left);
        return filter(*test.right);
      case Kind::kMatch:
      case Kind::kIp:
        return add(test.text);
      case Kind::kNumber:
      case Kind::kBytes:
        return add(number_text(test.value));
      case Kind::kDuration:
        return add(format_duration(test.duration));
    }
  }

  std::set<std::string> known_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> values_looked_for(std::string_view query) {
  Values values;
  if (const auto parsed = logql::parse(query); parsed.ok()) values.visit(**parsed);
  return values.take();
}

namespace {

// What a request asks for.
struct Lookup {
  std::string query;  // several are joined by line breaks
  Values values;
};

Lookup lookup_of(const Params& params) {
  Lookup out;
  for (const char* name : {"query", "match[]", "match"}) {
    for (const std::string& text : params.all(name)) {
      if (text.empty()) continue;
      if (!out.query.empty()) out.query += '\n';
      out.query += text;
      for (std::string& value : values_looked_for(text)) out.values.add(std::move(value));
    }
  }
  // Of the older query endpoint, and of openings.
  for (const char* name : {"regexp", "success"}) {
    for (const std::string& text : params.all(name)) out.values.add(text);
  }
  return out;
}

// The time that is asked about; nothing if it does not parse, for then nothing is answered.
std::vector<AuditDetail> time_of(const Params& params, Timestamp now) {
  if (params.has("time") && !params.has("start")) {
    const auto time = params.time("time", now);
    if (!time.ok()) return {};
    return {{"timeMs", *time / kMillisecond}};
  }
  const auto range = params.range(now);
  if (!range.ok()) return {};
  return {{"startMs", range->start / kMillisecond}, {"endMs", range->end / kMillisecond}};
}

}  // namespace

void LookupAudit::note(const http::Request& request, const Principal& principal) {
  if (!principal.masked() || !log_.enabled()) return;
  const Params params(request);
  Lookup lookup = lookup_of(params);
  const std::vector<std::string> values = lookup.values.take();
  if (lookup.query.empty() && values.empty()) return;
  std::string all = lookup.query;
  for (const std::string& value : values) all += '\n' + value;
  if (!repeats_.is_new({principal.name, request.path, all})) return;

  AuditEvent event = audit_event(AuditKind::kLookup, principal);
  event.outcome = "asked";
  event.detail.push_back({"path", request.path});
  event.detail.push_back({"values", values});
  for (AuditDetail& one : time_of(params, clock_.now())) event.detail.push_back(std::move(one));
  event.detail.push_back({"query", ""});
  std::string_view rest = lookup.query;
  for (int64_t part = 1;; ++part) {
    std::string_view text = cut_utf8(rest, kMaxAuditText);
    if (text.empty()) text = rest.substr(0, kMaxAuditText);
    rest.remove_prefix(text.size());
    AuditEvent one = event;
    one.detail.back().value = std::string(text);
    if (part > 1 || !rest.empty()) one.detail.push_back({"part", part});
    log_.record(one);
    if (rest.empty()) return;
  }
}

}  // namespace logsvc::server
