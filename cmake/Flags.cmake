# What every target of the tree is compiled with: `syl_flags` for C and C++ alike.
add_library(syl_flags INTERFACE)
target_include_directories(syl_flags INTERFACE ${PROJECT_SOURCE_DIR}/include)
target_compile_definitions(syl_flags INTERFACE
    _GNU_SOURCE SYL_VERSION="${PROJECT_VERSION}"
    GLIB_VERSION_MIN_REQUIRED=GLIB_VERSION_2_74 GLIB_VERSION_MAX_ALLOWED=GLIB_VERSION_2_74)
target_compile_options(syl_flags INTERFACE
    -Wall -Wextra -Werror -Wshadow -Wconversion -Wformat=2 -Wundef -Wvla -Wcast-qual -Wwrite-strings -Wnull-dereference
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes>
    -fvisibility=hidden -fno-common -fstack-protector-strong -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
target_compile_definitions(syl_flags INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
target_link_options(syl_flags INTERFACE -Wl,-z,relro,-z,now)

include(CheckPIESupported)
check_pie_supported()

if(SYL_SANITIZE)
    target_compile_options(syl_flags INTERFACE -fsanitize=${SYL_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(syl_flags INTERFACE -fsanitize=${SYL_SANITIZE})
    target_compile_definitions(syl_flags INTERFACE SYL_SANITIZED)
    if(SYL_SANITIZE MATCHES undefined)
        target_compile_options(syl_flags INTERFACE -fno-sanitize-recover=undefined)
    endif()
    if(SYL_SANITIZE MATCHES "thread|address" AND CMAKE_C_COMPILER_ID STREQUAL GNU)
        # The instrumented code defeats gcc's flow analysis: its null-dereference warnings there are false.
        target_compile_options(syl_flags INTERFACE -Wno-null-dereference)
    endif()
endif()
if(SYL_COVERAGE)
    target_compile_options(syl_flags INTERFACE --coverage)
    target_link_options(syl_flags INTERFACE --coverage)
endif()
if(SYL_FUZZ)
    target_compile_options(syl_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
