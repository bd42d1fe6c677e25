#include "tests/simulation/simulate.hpp"

int main(int count, char** words) { return flywall::simulation::simulate(count, words); }
