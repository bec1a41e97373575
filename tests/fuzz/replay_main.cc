// Feeds a fuzzer its corpus, every cut of each file, and random flips, in place of libFuzzer.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {
void feed(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}
}  // namespace

int main(int argc, char** argv) {
  std::mt19937 random(1);
  size_t files = 0, inputs = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string whole((std::istreambuf_iterator<char>(in)), {});
      ++files;
      for (size_t cut = 0; cut <= whole.size(); ++cut, ++inputs) feed(whole.substr(0, cut));
      for (int n = 0; n < 2000 && !whole.empty(); ++n, ++inputs) {
        std::string bytes = whole;
        for (unsigned flips = 1 + random() % 4; flips > 0; --flips) {
          bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        feed(bytes);
      }
    }
  }
  std::cout << files << " files, " << inputs << " inputs\n";
  return files > 0 ? 0 : 1;
}
