# The page (web/), built once for all presets and embedded in the program; sets CSVM_PAGE_SOURCE.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
find_program(CSVM_NPM npm)
if(NOT CSVM_NPM)
  message(FATAL_ERROR "npm is missing: the page (web/) that the program serves is built with it. "
                      "Install the packages nodejs and npm, or run tools/install_dependencies.sh.")
endif()
set(CSVM_PAGE_FOLDER ${CMAKE_SOURCE_DIR}/build/web)
set(CSVM_PAGE_SOURCE ${CSVM_PAGE_FOLDER}/page_assets.cc)
file(GLOB_RECURSE page_inputs CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/web/src/* ${CMAKE_SOURCE_DIR}/web/public/*)
add_custom_command(
  OUTPUT ${CSVM_PAGE_SOURCE}
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/build_page.py ${CMAKE_SOURCE_DIR}/web
          ${CSVM_PAGE_FOLDER}
  DEPENDS ${page_inputs} ${CMAKE_SOURCE_DIR}/tools/build_page.py ${CMAKE_SOURCE_DIR}/web/index.html
          ${CMAKE_SOURCE_DIR}/web/package.json ${CMAKE_SOURCE_DIR}/web/package-lock.json
          ${CMAKE_SOURCE_DIR}/web/vite.config.js ${CMAKE_SOURCE_DIR}/web/markup.js
  COMMENT "Building the page"
  VERBATIM)
