// What the sample is judged by: rules of ESLint itself, no plugin.
module.exports = [
  {
    files: ["**/*.js"],
    languageOptions: { sourceType: "script" },
    rules: {
      eqeqeq: "error",
      "no-debugger": "error",
      "no-eval": "error",
      "no-new-func": "error",
      "no-unused-vars": "warn",
      "no-var": "warn",
    },
  },
];
