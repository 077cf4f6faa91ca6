module example.com/m/svc

go 1.24
