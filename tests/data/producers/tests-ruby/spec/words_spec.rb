# Ruby splits at runs of blanks, and drops them at the end.
def count(text)
  text.split(' ', -1).size
end

RSpec.describe 'count' do
  it 'counts one word' do
    expect(count('one')).to eq 1
  end

  it 'has nothing to count in blanks' do
    expect(count('  ')).to eq 0 # the line that is annotated
  end

  it 'raises' do
    raise IOError, 'no server here'
  end

  context 'with a table' do
    { 'a b' => 2, 'a  b' => 2, '<a> & b' => 3 }.each do |text, words|
      it "counts #{text}" do
        expect(count(text)).to eq words
      end
    end
  end

  xit 'is left out' do
    raise 'never'
  end

  it 'is pending' do
    pending 'not before the next version'
    raise 'known'
  end
end
