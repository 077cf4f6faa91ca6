printf '%s\n' '{"Action":"run","Package":"example.com/m","Test":"TestA"}' '{"Action":"pass","Package":"example.com/m","Test":"TestA","Elapsed":0.1}' '{"Action":"run","Package":"example.com/m","Test":"TestB"}'
echo "::error::this is no command"
kill -s KILL $$
