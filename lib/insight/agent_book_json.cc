#include "insight/agent_book_json.h"

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace logsvc::insight {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr size_t kMaxText = 4096;  // nothing that agents send is as long

std::string quoted(const std::string& text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

void append_list(std::string& out, std::initializer_list<int64_t> numbers) {
  out += '[';
  for (const int64_t n : numbers) {
    if (out.back() != '[') out += ',';
    out += std::to_string(n);
  }
  out += ']';
}

// Carries an error in the text out of the readers.
struct ParseError {
  std::string what;
};

const json& member(const json& object, const char* name) {
  const auto found = object.find(name);
  if (!object.is_object() || found == object.end())
    throw ParseError{std::string("no \"") + name + '"'};
  return *found;
}

const json& list(const json& value, size_t most, const char* what) {
  if (!value.is_array() || value.size() > most)
    throw ParseError{std::string(what) + ": no list, or too long"};
  return value;
}

// Returns the value if it is a list of this length.
const json& tuple(const json& value, size_t size, const char* what) {
  if (list(value, size, what).size() != size) throw ParseError{std::string(what) + ": too short"};
  return value;
}

// The range is as wide as what agents may say of themselves, so that nobody can cause a file that
// cannot be read back.
int64_t number(const json& value, int64_t least) {
  const bool fits =
      value.is_number_unsigned() ? value.get<uint64_t>() <= INT64_MAX : value.is_number_integer();
  if (!fits || value.get<int64_t>() < least) throw ParseError{"no whole number, or out of range"};
  return value.get<int64_t>();
}
Timestamp time_of(const json& value) { return number(value, 0); }
uint64_t count_of(const json& value) {
  if (!value.is_number_unsigned()) throw ParseError{"no count"};
  return value.get<uint64_t>();
}

std::string text_of(const json& value, size_t most) {
  const auto* text = value.get_ptr<const std::string*>();
  if (!text || text->size() > most) throw ParseError{"no text, or too long"};
  return *text;
}

std::string source_of(const json& value) {
  std::string name = text_of(value, wire::kMaxSourceBytes);
  if (name.empty()) throw ParseError{"a source without a name"};
  return name;
}

LedgerCell read_cell(const json& parts) {
  std::array<uint64_t, 5> n{};
  for (size_t i = 1; i < list(parts, n.size() + 1, "cell").size(); ++i)
    n[i - 1] = count_of(parts[i]);
  return {n[0], n[1], n[2], n[3], n[4]};
}

SourceLedger read_ledger(const json& parts, bool exact) {
  SourceLedger::State kept;
  kept.next = count_of(parts[1]);
  kept.heard = time_of(parts[2]);
  for (const json& one : list(parts[3], SourceLedger::kMaxHoles, "holes")) {
    tuple(one, 4, "hole");
    kept.holes.push_back({count_of(one[0]), count_of(one[1]), time_of(one[2]), one[3] == 1});
  }
  for (const json& one : list(parts[4], SourceLedger::kCells, "cells")) {
    if (!one.is_array() || one.empty()) throw ParseError{"a cell without a number"};
    kept.cells.emplace_back(time_of(one[0]), read_cell(one));
  }
  SourceLedger out;
  if (!out.restore(std::move(kept), exact)) throw ParseError{"a ledger contradicts itself"};
  return out;
}

DescribedSource read_described(const json& parts) {
  tuple(parts, 8, "container");
  DescribedSource out;
  out.now.source = source_of(parts[0]);
  out.now.name = text_of(parts[1], kMaxText);
  out.now.driver = text_of(parts[2], kMaxText);
  out.now.read_by = text_of(parts[3], kMaxText);
  out.now.read_to = time_of(parts[4]);
  out.now.lag = number(parts[5], -1);
  out.now.running = parts[6] == 1;
  out.told = time_of(parts[7]);
  return out;
}

AgentState read_agent(const json& item, bool exact) {
  AgentState out;
  out.address = text_of(member(item, "address"), kMaxText);
  out.seen = time_of(member(item, "seen"));
  out.kept_at_arrival = count_of(member(item, "kept_at_arrival"));
  out.kept_at = time_of(member(item, "kept_at"));
  for (const json& offset : list(member(item, "offsets"), AgentBook::kMaxOffsets, "offsets"))
    out.offsets.push_back(number(offset, -INT64_MAX));
  auto report = wire::decode_agent_report(text_of(member(item, "report"), kMaxText));
  if (!report.ok()) throw ParseError{report.error().message};
  out.report = std::move(*report);
  for (const json& one : list(member(item, "described"), AgentBook::kMaxSources, "described")) {
    DescribedSource source = read_described(one);
    std::string name = source.now.source;
    out.described.emplace(std::move(name), std::move(source));
  }
  for (const json& one : list(member(item, "sources"), AgentBook::kMaxSources, "sources")) {
    tuple(one, 5, "ledger");
    out.sources.emplace(source_of(one[0]), read_ledger(one, exact));
  }
  return out;
}

}  // namespace

void AgentBookWriter::add_described(const AgentState& agent) {
  text_ += "\"described\":[";
  for (const auto& [source, described] : agent.described) {
    if (!has_room()) break;
    const wire::SourceDescription& s = described.now;
    if (text_.back() != '[') text_ += ',';
    text_ += '[' + quoted(source) + ',' + quoted(s.name) + ',' + quoted(s.driver) + ',' +
             quoted(s.read_by) + ',' + std::to_string(s.read_to) + ',' + std::to_string(s.lag) +
             (s.running ? ",1," : ",0,") + std::to_string(described.told) + ']';
  }
  text_ += "],";
}

void AgentBookWriter::add_ledger(const std::string& source, const SourceLedger& ledger) {
  const SourceLedger::State& kept = ledger.state();
  text_ += '[' + quoted(source) + ',' + std::to_string(kept.next) + ',' +
           std::to_string(kept.heard) + ",[";
  const bool details = has_room();
  for (const SourceLedger::Hole& hole : kept.holes) {
    if (!details) break;
    if (text_.back() != '[') text_ += ',';
    append_list(text_, {static_cast<int64_t>(hole.first), static_cast<int64_t>(hole.end), hole.cell,
                        hole.unknown ? 1 : 0});
  }
  text_ += "],[";
  for (const auto& [number, c] : kept.cells) {
    if (!details) break;
    if (text_.back() != '[') text_ += ',';
    text_ += '[' + std::to_string(number);
    const std::array<uint64_t, 5> counts{c.received, c.late, c.duplicates, c.missing, c.unknown};
    size_t told = counts.size();
    while (told > 0 && counts[told - 1] == 0) --told;
    for (size_t i = 0; i < told; ++i) text_ += ',' + std::to_string(counts[i]);
    text_ += ']';
  }
  text_ += "]]";
}

void AgentBookWriter::add(const AgentState& agent) {
  if (!text_.empty()) text_ += ',';
  text_ += "\n{\"address\":" + quoted(agent.address) + ",\"seen\":" + std::to_string(agent.seen) +
           ",\"kept_at_arrival\":" + std::to_string(agent.kept_at_arrival) +
           ",\"kept_at\":" + std::to_string(agent.kept_at) + ",\"offsets\":[";
  for (const Duration offset : agent.offsets) {
    if (text_.back() != '[') text_ += ',';
    text_ += std::to_string(offset);
  }
  text_ += "],\"report\":" + quoted(wire::encode_agent_report(agent.report)) + ',';
  add_described(agent);
  text_ += "\"sources\":[";
  for (const auto& [source, ledger] : agent.sources) {
    if (text_.back() != '[') text_ += ',';
    add_ledger(source, ledger);
  }
  text_ += "]}";
}

std::string AgentBookWriter::finish(bool at_end) {
  return "{\"version\":" + std::to_string(kVersion) + ",\"at_end\":" + (at_end ? "true" : "false") +
         ",\"agents\":[" + text_ + "\n]}\n";
}

Result<KeptAgents> read_kept_agents(std::string_view text) {
  if (text.size() > kMaxKeptAgentsBytes) return Error{ErrorCode::kCorrupt, "too long"};
  try {
    const json whole = json::parse(text);
    if (member(whole, "version") != kVersion)
      return Error{ErrorCode::kCorrupt, "version is not " + std::to_string(kVersion)};
    KeptAgents out;
    out.at_end = member(whole, "at_end") == true;
    for (const json& item : list(member(whole, "agents"), AgentBook::kMaxAgents, "agents"))
      out.agents.push_back(read_agent(item, out.at_end));
    return out;
  } catch (const json::exception& error) {
    return Error{ErrorCode::kCorrupt, error.what()};
  } catch (const ParseError& error) {
    return Error{ErrorCode::kCorrupt, error.what};
  }
}

}  // namespace logsvc::insight
