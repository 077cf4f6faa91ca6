it('pays', async () => {
  await pay();
});
