#include "insight/pulse_json.h"

#include <nlohmann/json.hpp>

#include "base/utf8.h"

namespace logsvc::insight {
namespace {

using nlohmann::json;

constexpr size_t kTickerText = 300;

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json silence_json(const std::optional<Silence>& silence) {
  if (!silence) return nullptr;
  constexpr const char* kCauses[] = {"stopped", "host", "quiet"};
  return {{"cause", kCauses[static_cast<size_t>(silence->cause)]},
          {"since", silence->since / kMillisecond},
          {"detail", silence->detail}};
}

json error_json(const SeenError& e) {
  std::string text = e.message;
  if (text.size() > kTickerText) text = std::string(cut_utf8(text, kTickerText)) + "…";
  return {{"number", e.number},
          {"ns", std::to_string(e.at)},
          {"level", kLevelNames[e.level]},
          {"service", e.service->name},
          {"host", e.host},
          {"container", e.container},
          {"message", std::move(text)}};
}

json mark_json(const Mark& m) {
  return {{"at", m.at / kMillisecond}, {"kind", m.kind}, {"service", m.service},
          {"container", m.container},  {"host", m.host}, {"detail", m.detail}};
}

json head_json(const Pulse& pulse, const ServicePulse& s, Timestamp now) {
  const auto usual = s.gaps.usual_gap(now);
  return {{"id", s.id},
          {"name", s.name},
          {"label", s.label},
          {"hosts", s.hosts},
          {"last", s.last() / kMillisecond},
          {"usualGap", usual ? json(*usual / kMillisecond) : json()},
          {"silence", silence_json(pulse.silence(s, now))}};
}

// Appends the non-zero counts of buckets [first, last].
void append_cells(json& out, const CountRing& ring, int64_t first, int64_t last,
                  std::optional<size_t> id) {
  for (int64_t bucket = first; bucket <= last; ++bucket) {
    const LevelCounts* counts = ring.at(bucket);
    if (!counts) continue;
    for (size_t level = 0; level < kLevels; ++level) {
      if ((*counts)[level] == 0) continue;
      if (id) out.push_back(*id);
      out.push_back(bucket);
      out.push_back(level);
      out.push_back((*counts)[level]);
    }
  }
}

}  // namespace

std::string pulse_snapshot(const Pulse& pulse, Timestamp now, bool by_minute) {
  json services = json::array();
  for (const auto& s : pulse.services()) {
    json one = head_json(pulse, *s, now);
    one["cells"] = json::array();
    const CountRing& ring = by_minute ? s->minutes : s->seconds;
    const int64_t last = ring.bucket_of(now);
    append_cells(one["cells"], ring, last - static_cast<int64_t>(ring.size()) + 1, last + 1,
                 std::nullopt);
    services.push_back(std::move(one));
  }
  json errors = json::array();
  for (const SeenError& e : pulse.errors()) errors.push_back(error_json(e));
  json marks = json::array();
  for (const Mark& m : pulse.marks().marks()) marks.push_back(mark_json(m));
  return dump({{"now", now / kMillisecond},
               {"levels", kLevelNames},
               {"width", by_minute ? 60 : 1},
               {"buckets", by_minute ? kMinutes : kSeconds},
               {"services", std::move(services)},
               {"marks", std::move(marks)},
               {"errors", std::move(errors)},
               {"newFaults", pulse.new_errors()}});
}

std::string errors_json(Pulse& pulse, size_t limit) {
  json errors = json::array();
  for (const ErrorGroup* f : pulse.error_book().newest()) {
    if (errors.size() >= limit) break;
    errors.push_back({{"masked", f->masked},
                      {"sample", f->sample},
                      {"services", f->services},
                      {"level", kLevelNames[f->level]},
                      {"first", f->first / kMillisecond},
                      {"last", f->last / kMillisecond},
                      {"count", f->count}});
  }
  return dump({{"total", pulse.error_book().size()}, {"faults", std::move(errors)}});
}

std::string PulseFrames::next(Pulse& pulse, const AgentsSummary& agents, Timestamp now) {
  json cells = json::array(), last = json::object(), silence = json::object();
  json services = json::array(), errors = json::array(), marks = json::array();
  const int64_t second = now / kSecond;
  bool stale = pulse.take_oldest_changed() <= second - kOpenSeconds;
  for (const auto& s : pulse.services()) {
    if (s->id >= services_known_) services.push_back(head_json(pulse, *s, now));
    const std::string id = std::to_string(s->id);
    if (uint64_t& told = lines_told_[s->id]; told != s->lines) {
      told = s->lines;
      last[id] = s->last() / kMillisecond;
      append_cells(cells, s->seconds, second - kOpenSeconds + 1, second + 1, s->id);
    }
    if (auto now_silent = pulse.silence(*s, now); now_silent != silence_told_[s->id]) {
      silence[id] = silence_json(now_silent);
      silence_told_[s->id] = std::move(now_silent);
    }
  }
  services_known_ = pulse.services().size();
  const uint64_t fresh = pulse.errors_seen() - errors_told_;
  errors_told_ = pulse.errors_seen();
  const auto& seen = pulse.errors();
  const size_t told = std::min<uint64_t>({fresh, seen.size(), kErrorsPerFrame});
  for (size_t i = seen.size() - told; i < seen.size(); ++i) errors.push_back(error_json(seen[i]));
  const size_t new_marks = std::min<uint64_t>(pulse.marks_seen() - marks_told_, 5);
  stale |= pulse.marks_seen() - marks_told_ > new_marks;
  marks_told_ = pulse.marks_seen();
  const auto& all = pulse.marks().marks();
  for (size_t i = all.size() - new_marks; i < all.size(); ++i) marks.push_back(mark_json(all[i]));

  json frame = {{"now", now / kMillisecond},
                {"cells", std::move(cells)},
                {"last", std::move(last)},
                {"silence", std::move(silence)},
                {"services", std::move(services)},
                {"errors", std::move(errors)},
                {"errorsMore", fresh - told},
                {"marks", std::move(marks)},
                {"newFaults", pulse.new_errors()},
                {"agents", {agents.alive, agents.known, agents.skew / kMillisecond}},
                {"stale", stale}};
  std::string text = dump(frame);
  for (const char* part : {"errors", "cells", "services", "last", "silence", "marks"}) {
    if (text.size() <= kMaxBytes) break;
    frame[part] = frame[part].is_object() ? json::object() : json::array();
    frame["stale"] = true;
    text = dump(frame);
  }
  return text;
}

}  // namespace logsvc::insight
