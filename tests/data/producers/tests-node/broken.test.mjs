import 'a-module-that-nobody-has';
