require "simplecov"

SimpleCov.command_name ARGV.fetch(0)
SimpleCov.start do
  enable_coverage :branch
  track_files "lib/**/*.rb"
  formatter SimpleCov::Formatter::SimpleFormatter
end

# What the producer itself counts.
SimpleCov.at_exit do
  statistics = SimpleCov.result.coverage_statistics
  statistics.each { |kind, found| puts "#{kind} #{found.covered} #{found.total}" }
  SimpleCov.result.format!
end

require_relative "../lib/shape"

shape = Shape.new(ARGV.fetch(1).to_i)
raise "wrong" unless shape.name == ARGV.fetch(2)
raise "round" if shape.round?
