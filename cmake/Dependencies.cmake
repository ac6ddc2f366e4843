# Every third-party library the project uses, by the name the modules give in PRIVATE_LIBS.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(CURL 7.88 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 3.37 REQUIRED)  # STRICT tables
find_package(prometheus-cpp REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n data)
pkg_check_modules(hwy REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(psl REQUIRED IMPORTED_TARGET libpsl)
pkg_check_modules(uchardet REQUIRED IMPORTED_TARGET uchardet)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(hiredis_ssl IMPORTED_TARGET hiredis_ssl)  # hiredis 1.0 on
# Where little is optimised (-Og), g++ 14 cannot inline all that xxHash insists on, and stops.
target_compile_definitions(PkgConfig::xxhash INTERFACE
  $<$<NOT:$<CONFIG:Release>>:XXH_NO_INLINE_HINTS=1>)
