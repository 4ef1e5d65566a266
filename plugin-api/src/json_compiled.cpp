// Boost.JSON, compiled into the plugin itself and hidden there: a plugin shares no library with its
// host.
#include <boost/json/src.hpp>
