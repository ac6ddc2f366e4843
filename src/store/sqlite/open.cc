#include "schema.h"
#include "sqlite_store.h"

namespace csvm::store {

Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, Options options) {
  auto writer = CSVM_TRY(sqlite::Connection::open(path, sqlite::Connection::Access::write));
  CSVM_CHECK(sqlite::bring_up_to_date(*writer, path, sqlite::schema_steps()));
  auto store = std::make_unique<sqlite::SqliteStore>(path, std::move(options), std::move(writer));
  CSVM_CHECK(store->line_up_all());
  return std::unique_ptr<Store>(std::move(store));
}

namespace sqlite {

Result<std::unique_ptr<Connection>> SqliteStore::take_reader() {
  auto idle = readers_.with([](auto& all) {
    std::unique_ptr<Connection> one;
    if (!all.empty()) {
      one = std::move(all.back());
      all.pop_back();
    }
    return one;
  });
  if (idle) return idle;
  return Connection::open(path_, Connection::Access::read);
}

}  // namespace sqlite
}  // namespace csvm::store
