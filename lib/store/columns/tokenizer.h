// Cuts a value into its template and the slots in it. This is lossless: the static text with the
// slots put back is the value. JSON objects are cut at their scalar values, other text at numbers,
// ids, times, addresses, quoted strings and key=value.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "store/columns/value_forms.h"
#include "store/columns/value_hash.h"

namespace logsvc::store {

// Holds a part of a value. The encoder distinguishes parts of one column only by `value`.
struct Slot {
  std::string_view text;
  uint64_t value = 0;  // the number in two's complement; for others hash_value(text)
};

inline Slot hashed_slot(std::string_view text) { return {text, hash_value(text)}; }

// Says what a slot of a template is; all values of the template have the same.
struct SlotKind {
  ValueForm form;      // kString: looked into further
  bool whole = false;  // kString that is not looked into
  uint64_t key = 0;    // what values have in common: JSON path, logfmt key; 0: the text before

  bool operator==(const SlotKind&) const = default;
};

// Reused from value to value. For one thread.
class Tokenizer {
 public:
  void cut(std::string_view value, bool look_for_json, bool look_for_fields);

  // Returns the shape of the last value, a hash of the static text and the kinds of slots in it.
  // Values of one template have the same.
  uint64_t shape() const { return shape_; }
  const std::vector<Slot>& slots() const { return slots_; }
  const std::vector<SlotKind>& kinds() const { return kinds_; }
  bool is_json() const { return is_json_; }
  // Returns the texts before each slot and after the last one: views into the value.
  std::vector<std::string_view> static_texts() const;

 private:
  bool cut_json();
  void cut_text(bool look_for_fields);
  const char* cut_field(const char* p);
  const char* cut_word(const char* p);
  void cut_digits(const char* p, const char* word_end);

  void begin(std::string_view value);
  void add_slot(const char* from, const char* to, const SlotKind& kind);
  void add_number(const char* from, const char* to, ValueForm form, int64_t number);
  void add(const char* from, const char* to, const SlotKind& kind, uint64_t value);
  void finish();

  uint64_t shape_ = 0;
  std::vector<Slot> slots_;
  std::vector<SlotKind> kinds_;
  bool is_json_ = false;
  // Points into the value that is being cut.
  const char* begin_ = nullptr;
  const char* end_ = nullptr;
  const char* literal_ = nullptr;  // static text not yet in the shape begins here
};

// Cuts the next line of a shape that is known by comparing the static texts of its template.
class JsonCutter {
 public:
  // The texts must outlive it.
  explicit JsonCutter(const std::vector<std::string_view>& static_texts);
  // Returns false if the line does not have this shape; then the slots mean nothing.
  bool cut(std::string_view line, std::vector<Slot>& slots) const;

 private:
  struct Part {
    std::string_view text;  // before the slot
    bool quoted = false;
  };
  std::vector<Part> parts_;
  std::string_view tail_;
};

}  // namespace logsvc::store
