// Scan measures how long RE2::Set and Hyperscan take to find the terms of all
// rules in an item. Neither evaluates a rule or says where a term stands. It
// reads what match wrote down, terms and items, one a line, and prints one JSON
// object a line: processor time, of the first round and the least of several.
// RE2 builds its automaton as it goes, so in the first round it is slower, and
// later it has seen all that comes.
//
//   scan ITEMS TERMS
//
// Build with -DWITH_RE2 -lre2, -DWITH_HS -lhs, or both.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <string>
#include <vector>
#ifdef WITH_RE2
#include <re2/re2.h>
#include <re2/set.h>
#endif
#ifdef WITH_HS
#include <hs/hs.h>
#endif

static std::vector<std::string> lines(const char *name) {
  std::ifstream in(name);
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

static void measure(const char *name, const std::vector<std::string> &items, int rounds,
                    const std::function<void(const std::string &)> &scan) {
  double first = 0, least = 1e18;
  for (int i = 0; i < rounds; i++) {
    clock_t from = clock();
    for (const auto &item : items) scan(item);
    double ns = 1e9 * double(clock() - from) / CLOCKS_PER_SEC / double(items.size());
    if (i == 0) first = ns;
    least = std::min(least, ns);
  }
  std::printf("{\"name\":\"%s, first round\",\"ns\":%.0f}\n{\"name\":\"%s\",\"ns\":%.0f}\n", name, first, name, least);
  std::fflush(stdout);
}

int main(int, char **args) {
  auto items = lines(args[1]), terms = lines(args[2]);
#ifdef WITH_HS
  {
    std::vector<std::string> patterns;
    for (const auto &t : terms) patterns.push_back("\\b" + t + "\\b");
    std::vector<const char *> texts;
    std::vector<unsigned> flags, ids;
    for (const auto &p : patterns) {
      ids.push_back(unsigned(texts.size()));
      texts.push_back(p.c_str());
      flags.push_back(HS_FLAG_CASELESS | HS_FLAG_SINGLEMATCH);
    }
    hs_database_t *db = nullptr;
    hs_compile_error_t *fault = nullptr;
    hs_scratch_t *scratch = nullptr;
    if (hs_compile_multi(texts.data(), flags.data(), ids.data(), unsigned(texts.size()), HS_MODE_BLOCK, nullptr, &db, &fault) != HS_SUCCESS) {
      std::fprintf(stderr, "hyperscan: %s\n", fault->message);
      return 1;
    }
    if (hs_alloc_scratch(db, &scratch) != HS_SUCCESS) return 1;
    std::vector<char> marks(terms.size());
    auto mark = [](unsigned id, unsigned long long, unsigned long long, unsigned, void *to) -> int {
      (*static_cast<std::vector<char> *>(to))[id] = 1;
      return 0;
    };
    measure("hyperscan scan", items, 10, [&](const std::string &item) {
      hs_scan(db, item.data(), unsigned(item.size()), 0, scratch, mark, &marks);
    });
    hs_free_scratch(scratch);
    hs_free_database(db);
  }
#endif
#ifdef WITH_RE2
  {
    RE2::Options options;
    options.set_case_sensitive(false);
    options.set_max_mem(int64_t(1) << 30);
    RE2::Set set(options, RE2::UNANCHORED);
    for (const auto &t : terms) set.Add("\\b" + t + "\\b", nullptr);
    if (!set.Compile()) return 1;
    std::vector<int> found;
    measure("RE2::Set scan", items, 3, [&](const std::string &item) {
      found.clear();
      RE2::Set::ErrorInfo fault;
      if (!set.Match(item, &found, &fault) && fault.kind != RE2::Set::kNoError) std::exit(1);
    });
  }
#endif
}
