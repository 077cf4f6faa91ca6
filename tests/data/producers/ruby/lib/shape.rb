# A shape with a number of sides.
class Shape
  attr_reader :sides

  def initialize(sides)
    raise ArgumentError, "a shape has three sides or more" if sides < 3

    @sides = sides
  end

  def name
    case sides
    when 3 then "triangle"
    when 4 then "square"
    else
      "polygon"
    end
  end

  def round?
    sides > 100 ? true : false
  end
end
