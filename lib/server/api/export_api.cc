#include "server/api/export_api.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/json_text.h"
#include "server/auth/principal_event.h"
#include "server/query/query_params.h"
#include "server/query/response_json.h"
#include "server/transport/reply.h"

namespace logsvc::server {
namespace {

constexpr uint64_t kPageEntries = 10'000;
constexpr uint64_t kMaxPageEntries = 10'000'000;  // that share one instant

enum class Form { kText, kNdjson, kCsv };

struct Line {
  const Labels* labels;
  const logql::ResultEntry* entry;
};

// Appends "a", quoted as RFC 4180 has it where needed. A cell that a spreadsheet would take for a
// formula gets an apostrophe in front.
void append_cell(std::string& out, std::string_view text) {
  const bool formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos;
  if (!formula && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  if (formula) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_line(std::string& out, Form form, const Line& line) {
  const Labels& labels = *line.labels;
  if (form == Form::kText) {
    out += line.entry->line;
  } else if (form == Form::kNdjson) {
    out += "{\"timestamp\":\"" + format_rfc3339(line.entry->timestamp) + "\",\"labels\":";
    append_json_labels(out, labels);
    out += ",\"line\":";
    append_json_string(out, line.entry->line, JsonEscapes::kNeeded);
    out += '}';
  } else {
    append_cell(out, format_rfc3339(line.entry->timestamp));
    for (const char* name : {"level", "service", "host", "container"}) {
      out += ',';
      append_cell(out, label_value(labels, name));
    }
    out += ',';
    append_cell(out, format_labels(labels));
    out += ',';
    append_cell(out, line.entry->line);
  }
  out += form == Form::kCsv ? "\r\n" : "\n";
}

// A part of the file, with the account that holds its memory until it has been sent.
struct Piece {
  std::string text;
  std::shared_ptr<logql::MemoryAccount> memory;
};

// Goes through a result oldest first, a page at a time.
class Export {
 public:
  Export(std::shared_ptr<const View> view, logql::RangeRequest request, Form form, uint64_t limit)
      : view_(std::move(view)), request_(std::move(request)), form_(form), left_(limit) {}

  // Returns the next piece of the file; empty at its end.
  Result<std::string> next(const logql::QueryRun& run) {
    std::string out;
    request_.run = run;
    if (!begun_ && form_ == Form::kCsv)
      out = "timestamp,level,service,host,container,labels,line\r\n";
    begun_ = true;
    while (out.empty() && !done_) RETURN_IF_ERROR(read_page(out));
    if (!out.empty() || warnings_.empty()) return out;
    if (said_) return Error{ErrorCode::kIo, missing()};
    said_ = true;
    return last_line();
  }

 private:
  std::string missing() const {
    std::string out = "lines are missing in this file:";
    for (const std::string& warning : warnings_) out += " " + warning + ";";
    out.pop_back();
    return out;
  }
  // Everything that can be read is in the file. Its end names what cannot be read, and marks the
  // file as incomplete.
  std::string last_line() const {
    std::string out;
    if (form_ == Form::kNdjson) {
      out = "{\"error\":";
      append_json_string(out, missing(), JsonEscapes::kNeeded);
      return out + "}\n";
    }
    if (form_ == Form::kText) return "# " + missing() + "\n";
    out = ",error,,,,,";
    append_cell(out, missing());
    return out + "\r\n";
  }

  Status read_page(std::string& out) {
    request_.limit = page_;
    ASSIGN_OR_RETURN(const logql::QueryResult result, view_->engine().range(request_));
    warnings_.insert(result.warnings.begin(), result.warnings.end());
    std::vector<Line> lines;
    const auto* streams = std::get_if<logql::StreamsResult>(&result.data);
    if (!streams) return invalid("only the lines of a log query can be exported");
    for (const auto& stream : streams->streams) {
      for (const auto& entry : stream.entries) lines.push_back({&stream.labels, &entry});
    }
    std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
      return a.entry->timestamp < b.entry->timestamp;
    });
    const bool whole = lines.size() < page_;
    if (!whole && lines.front().entry->timestamp == lines.back().entry->timestamp) {
      // More lines share one instant than fit a page: going on would send some twice or leave some
      // out.
      if (page_ >= kMaxPageEntries) {
        return Error{ErrorCode::kTooLarge, "too many lines with one timestamp to export"};
      }
      page_ *= 2;
      return {};
    }
    RETURN_IF_ERROR(make_room(lines, out));
    // The last instant may go on in the next page and is read again there, unless nothing follows.
    const Timestamp end = whole ? request_.end : lines.back().entry->timestamp;
    for (const Line& line : lines) {
      if (line.entry->timestamp >= end) break;
      if (left_ == 0) break;
      --left_;
      append_line(out, form_, line);
    }
    request_.start = end;
    done_ = whole || left_ == 0;
    page_ = kPageEntries;
    return {};
  }

  // Holds roughly what the lines take as text.
  Status make_room(const std::vector<Line>& lines, std::string& out) const {
    constexpr size_t kFrame = 64;
    size_t room = out.size();
    for (const Line& line : lines) {
      room += kFrame + line.entry->line.size() + line.entry->line.size() / 8;
      if (form_ == Form::kText) continue;
      for (const Label& label : *line.labels) room += label.name.size() + label.value.size() + 8;
    }
    RETURN_IF_ERROR(request_.run.memory->hold(room));
    out.reserve(room);
    return {};
  }

  const std::shared_ptr<const View> view_;
  logql::RangeRequest request_;
  const Form form_;
  uint64_t left_;
  uint64_t page_ = kPageEntries;
  std::set<std::string> warnings_;  // what cannot be read
  bool begun_ = false;
  bool said_ = false;
  bool done_ = false;
};

AuditEvent export_event(const Principal& principal, const logql::RangeRequest& range,
                        const std::string& format) {
  AuditEvent out = audit_event(AuditKind::kExport, principal);
  out.detail.push_back({"query", range.query});
  out.detail.push_back({"format", format.empty() ? "txt" : format});
  out.detail.push_back({"startMs", range.start / kMillisecond});
  out.detail.push_back({"endMs", range.end / kMillisecond});
  return out;
}

logql::EngineLimits unlimited(logql::EngineLimits limits) {
  limits.max_entries = 0;
  return limits;
}

}  // namespace

void ExportApi::add_to(Routes& routes) {
  using A = Access;
  routes.add(
      {"GET", "/api/export", "api_export", A::kExport, handler(this, &ExportApi::export_lines)});
}

// Takes query, start and end as query_range does; format: txt (default), ndjson, csv; limit: lines,
// oldest first (0 or absent: all).
void ExportApi::export_lines(const http::Request& request, http::Response& response,
                             const Principal& principal) {
  const Params params(request);
  auto range = read_range_request(params, clock_.now());
  if (!range.ok()) return send_error(response, range.error());
  range->direction = Direction::kForward;
  const std::string format = params.text("format");
  const std::map<std::string, std::pair<Form, const char*>> forms = {
      {"", {Form::kText, "text/plain"}},
      {"txt", {Form::kText, "text/plain"}},
      {"ndjson", {Form::kNdjson, "application/x-ndjson"}},
      {"csv", {Form::kCsv, "text/csv"}}};
  const auto form = forms.find(format);
  if (form == forms.end()) {
    return send_error(response,
                      invalid("format: expected txt, ndjson or csv, found " + quote(format)));
  }
  const uint64_t limit = params.has("limit") ? range->limit : UINT64_MAX;
  auto rest = std::make_shared<Export>(views_.of(principal, unlimited(views_.limits())), *range,
                                       form->second.first, limit);
  // Each page is a query of its own, so that none runs while the client reads.
  const auto next_piece = [this, rest, caller = caller_of(request, principal)](Piece& piece) {
    return queries_.run(caller, [&](const logql::QueryRun& run) -> Status {
      ASSIGN_OR_RETURN(piece.text, rest->next(run));
      piece.memory = run.memory;
      piece.memory->keep(piece.text.capacity());
      return {};
    });
  };
  auto first = std::make_shared<Piece>();
  if (const Status read = next_piece(*first); !read.ok()) return send_error(response, read.error());
  audit_.record(export_event(principal, *range, format));
  const std::string name = "logs-" + format_rfc3339(range->start).substr(0, 19) + "." +
                           (format.empty() ? "txt" : format);
  std::string plain = name;
  std::replace(plain.begin(), plain.end(), ':', '-');
  response.set_header("Content-Disposition", "attachment; filename=\"" + plain + "\"");
  response.set_header("Cache-Control", "no-store");
  response.set_header("X-Content-Type-Options", "nosniff");
  // A failure on the way cuts the connection: an incomplete file must not look complete.
  response.set_header("Content-Type", std::string(form->second.second) + "; charset=utf-8");
  response.produce = [this, next_piece, first](std::string& out) {
    Piece piece = std::exchange(*first, Piece());
    const Status read = piece.text.empty() ? next_piece(piece) : Status();
    if (!read.ok()) {
      diagnostics_.warn("server", "export aborted", {{"why", read.error().message}});
      return false;
    }
    out = std::move(piece.text);
    return true;
  };
}

}  // namespace logsvc::server
