require 'a_library_that_nobody_has'
