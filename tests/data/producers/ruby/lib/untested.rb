def untested(flag)
  if flag
    1
  else
    2
  end
end
